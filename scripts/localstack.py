"""The whole path of SNS, asked of LocalStack and seen through firstlook's API. Started by scripts/localstack.sh.

Each step says what it does and stops the run where the world is not as it must be.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3

AWS = "http://127.0.0.1:4566"
API = "http://127.0.0.1:8080"
ENDPOINT = "http://127.0.0.1:8081/webhooks/sns/aws"
CERTIFICATE = AWS + "/_aws/sns/SimpleNotificationService-6c6f63616c737461636b69736e696365.pem"
ROOT = pathlib.Path(__file__).resolve().parent.parent
DELIVERY_POLICY = (ROOT / "deploy/terraform/delivery-policy.json").read_text()

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": AWS}
EMULATOR = {
    "SERVICES": "sns,sqs,cloudwatch,sts",
    "DISABLE_EVENTS": "1",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "EAGER_SERVICE_LOADING": "1",
}

CONFIG = """
server: {{ listen: "127.0.0.1:8080", external_url: "http://127.0.0.1:8080", webhooks_listen: "127.0.0.1:8081" }}
data_dir: {folder}/data
sources:
  sns:
    - name: aws
      topic_arns: ["arn:aws:sns:eu-west-1:000000000000:alarms-*"]
      default_severity: warning
      signing_certificate_file: {folder}/sns.pem
      endpoint_url: {aws}
labels: [{{ source: sns/aws, from: alertname, regex: "\\\\[(P\\\\d)\\\\].*", to: severity }}]
severity: {{ map: {{ P1: critical }} }}
route: {{ receiver: nobody }}
receivers: [{{ name: nobody }}]
"""


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def incidents():
    """The newest first."""
    return json.loads(get(API + "/api/v1/incidents?limit=100"))["items"]


def until(what, look, patience=60):
    """Waits until `look` gives something, and says so."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if seen := look():
                print(f"   {what}", flush=True)
                return seen
        except OSError:
            pass  # not there yet
        time.sleep(0.2)
    sys.exit(f"localstack.py: {patience} s have passed and not: {what}")


def incident(title, status):
    """Waits for an incident by the beginning of its title."""

    def look():
        found = [one for one in incidents() if one["title"].startswith(title)]
        return found[0] if found and found[0]["status"] == status else None

    return until(f"incident {title!r} is {status}", look)


def run(world, *arguments):
    """A command of firstlook beside the service. Gives what it printed."""
    command = [world.binary, *arguments, "--config", str(world.folder / "firstlook.yml")]
    done = subprocess.run(command, env=os.environ | KEYS, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def step(text):
    print(f"== {text}", flush=True)


class World:
    """LocalStack and firstlook, as children that end with the run."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.children = binary, folder, []
        self.firstlook = None

    def spawn(self, name, command, environment):
        log = open(self.folder / f"{name}.log", "ab")
        child = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
        self.children.append(child)
        return child

    def start_localstack(self):
        environment = EMULATOR | {"FILESYSTEM_ROOT": str(self.folder / "localstack")}
        self.spawn("localstack", [sys.executable, "-m", "localstack.runtime.main"], environment)
        until("LocalStack answers", lambda: get(AWS + "/_localstack/health"))
        (self.folder / "sns.pem").write_bytes(get(CERTIFICATE))

    def start_firstlook(self):
        config = self.folder / "firstlook.yml"
        config.write_text(CONFIG.format(folder=self.folder, aws=AWS))
        self.firstlook = self.spawn("firstlook", [self.binary, "serve", "--config", str(config)], KEYS)
        until("firstlook is ready", lambda: get(API + "/readyz"))

    def stop_firstlook(self):
        self.firstlook.terminate()
        self.firstlook.wait(30)

    def end(self, failed):
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            child.wait(30)
        if failed:
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- the end of {log.name}\n" + "\n".join(log.read_text().splitlines()[-40:]), file=sys.stderr)


def client(service):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
    return boto3.client(service, endpoint_url=AWS, **keys)


def subscribe(sns, sqs, version):
    """A topic, subscribed as deploy/terraform does it. Gives the ARNs of topic and subscription, and the queue's URL."""
    name = f"alarms-v{version}"
    topic = sns.create_topic(Name=name, Attributes={"SignatureVersion": version})["TopicArn"]
    queue = sqs.create_queue(QueueName=name + "-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {"DeliveryPolicy": DELIVERY_POLICY, "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn})}
    answer = sns.subscribe(
        TopicArn=topic, Protocol="http", Endpoint=ENDPOINT, Attributes=attributes, ReturnSubscriptionArn=True
    )
    subscription = answer["SubscriptionArn"]

    def confirmed():
        seen = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
        return seen if seen["PendingConfirmation"] == "false" else None

    seen = until(f"{name} is confirmed", confirmed)
    assert seen["ConfirmationWasAuthenticated"] == "true", "whoever has a link can end it"
    return topic, subscription, queue


def alarm(cloudwatch, topic, name, service, without_data):
    """An alarm over a service's errors, with all three actions."""
    cloudwatch.put_metric_alarm(
        AlarmName=name, AlarmDescription="Errors at the edge. Runbook: https://wiki.example/edge",
        Namespace="Shop", MetricName="Errors", Dimensions=[{"Name": "Service", "Value": service}],
        Statistic="Sum", Period=10, EvaluationPeriods=1, Threshold=10, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData=without_data, AlarmActions=[topic], OKActions=[topic], InsufficientDataActions=[topic],
    )


def play(world):
    step("LocalStack and firstlook start")
    world.start_localstack()
    world.start_firstlook()
    sns, sqs, cloudwatch = client("sns"), client("sqs"), client("cloudwatch")

    for version in ("1", "2"):
        step(f"A topic with signatures of version {version}: confirmed, and what is published is seen")
        topic, subscription, queue = subscribe(sns, sqs, version)
        sns.publish(TopicArn=topic, Subject=f"Backup {version} failed", Message="disk full\nÄ 日本 \"quoted\"")
        seen = incident(f"Backup {version} failed", "open")
        assert seen["alerts"][0]["annotations"]["description"] == "disk full\nÄ 日本 \"quoted\"", seen

        step("An alarm's states, set by hand")
        name = f"[P1] checkout v{version}"
        alarm(cloudwatch, topic, name, f"checkout-{version}", "ignore")
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a rehearsal")
        seen = incident(name, "open")
        labels = seen["alerts"][0]["labels"]
        assert seen["severity"] == "critical", seen
        assert labels["dimension.Service"] == f"checkout-{version}" and labels["region"] == "eu-west-1", labels
        assert seen["alerts"][0]["annotations"]["runbook_url"] == "https://wiki.example/edge", seen
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a rehearsal")
        incident(name, "resolved")

    step("An alarm's action, because of its data")
    alarm(cloudwatch, topic, "checkout errors", "checkout", "notBreaching")
    for _ in range(3):
        data = [{"MetricName": "Errors", "Dimensions": [{"Name": "Service", "Value": "checkout"}], "Value": 40.0}]
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    incident("checkout errors", "open")
    incident("checkout errors", "resolved")

    step("firstlook is away: what it could not be told is in the dead-letter queue")
    world.stop_firstlook()
    sns.publish(TopicArn=topic, Subject="Nobody heard", Message="while it was away")

    def dead():
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2, VisibilityTimeout=0)
        return [json.loads(one["Body"]) for one in answer.get("Messages", [])]

    letter = until("it is there", dead, 120)[0]
    assert letter["Subject"] == "Nobody heard" and letter["SignatureVersion"] == "2" and letter["Signature"], letter
    world.start_firstlook()

    step("It is played back")
    run(world, "replay", "--from-sqs", queue)
    incident("Nobody heard", "open")
    assert not dead(), "it is still in the queue"

    step("check --online looks at the subscriptions")
    table = run(world, "check", "--online")
    good = "confirmed, tries for about an hour, has a dead-letter queue"
    assert table.count(good) == 2, table

    step("The subscription ends")
    sns.unsubscribe(SubscriptionArn=subscription)
    incident("Alarms from the SNS topic alarms-v2 do not come any more", "open")

    log = (world.folder / "firstlook.log").read_text()
    assert "Action=Unsubscribe" not in log and "Token=" not in log, "what ends a subscription is in the log"
    print(f"== all is well: {len(incidents())} incidents", flush=True)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="firstlook-localstack-"))
    folder.chmod(0o755)  # the private Postgres has an account of its own where this is root
    world = World(sys.argv[1], folder)
    failed = True
    try:
        play(world)
        failed = False
    finally:
        world.end(failed)
        shutil.rmtree(folder)


main()
