#!/bin/sh
# Checks deploy/terraform: `terraform validate` where the AWS provider is there or can be had, else the format alone.
# It says which of the two it was. Needs terraform; exits 1 where something is wrong with the files.
set -eu
cd "$(dirname "$0")/../deploy/terraform"

if ! command -v terraform >/dev/null 2>&1; then
    echo "terraform.sh: terraform is not installed: deploy/terraform is not checked here" >&2
    exit 0
fi
terraform fmt -check -recursive -diff

# The provider and the lock file go into the target folder, so that the repository stays as it is.
work=$(cd ../.. && pwd)/target/terraform
mkdir -p "$work"
rm -f "$work"/*.tf "$work"/example/*.tf
cp -R . "$work/"
cd "$work/example"
if ! terraform init -backend=false -input=false -no-color >"$work/init.log" 2>&1; then
    if grep -qE "could not connect to|Failed to install provider" "$work/init.log"; then
        echo "terraform.sh: the AWS provider cannot be had here: the format is checked, the files are NOT validated" >&2
        exit 0
    fi
    cat "$work/init.log" >&2
    exit 1
fi
terraform validate -no-color
