variable "name" {
  description = "What the topic, the queue and the policy are called, with endings of their own."
  type        = string
  default     = "firstlook-alarms"
}

variable "endpoint" {
  description = "The public address of the source: https://HOST/webhooks/sns/NAME."
  type        = string

  # Credentials in it would stand in the state for everybody who can read that; a signed message needs none. So this
  # module has no raw delivery.
  validation {
    condition     = can(regex("^https://[^/@?#]+/([^@?#]+/)?webhooks/sns/[A-Za-z0-9._-]+$", var.endpoint))
    error_message = "Write https://HOST/webhooks/sns/NAME, without user, password or parameters."
  }
}

variable "dead_letter_notice" {
  description = "Who is told that alarms did not reach firstlook: an e-mail address, or the ARN of another topic. Not firstlook."
  type        = string

  validation {
    condition     = can(regex("^(arn:[a-z-]+:sns:[^:]+:[0-9]{12}:[^:]+|[^@\\s:]+@[^@\\s:]+)$", var.dead_letter_notice))
    error_message = "Write an e-mail address, or the ARN of a topic."
  }
}

variable "publishers" {
  description = "Services that may publish to the topic. Each must send aws:SourceAccount, as all of these are documented to."
  type        = list(string)
  default = [
    "cloudwatch.amazonaws.com",
    "events.rds.amazonaws.com",
    "budgets.amazonaws.com",
    "costalerts.amazonaws.com",
    "codestar-notifications.amazonaws.com",
  ]
}

variable "eventbridge" {
  description = "Whether EventBridge may publish to the topic. See README.md: AWS allows no condition on it."
  type        = bool
  default     = false
}

variable "kms_key_id" {
  description = "A key of your own that encrypts the topic; its key policy must let cloudwatch.amazonaws.com (and each other publisher) use kms:Decrypt and kms:GenerateDataKey*. Null: not encrypted by KMS."
  type        = string
  default     = null

  # Its policy cannot be changed and does not name CloudWatch, so every alarm action would fail, and only the alarm's
  # history would say so.
  validation {
    condition     = var.kms_key_id == null || !can(regex("alias/aws/sns$", var.kms_key_id))
    error_message = "CloudWatch cannot publish to a topic that is encrypted with the key that AWS manages (alias/aws/sns): name a key of your own."
  }
}

variable "more_topic_arns" {
  description = "Further topics that firstlook listens to, for its IAM policy."
  type        = list(string)
  default     = []
}

variable "bedrock_models" {
  description = "`summary.model` and that of `fallback`, where the provider is bedrock: ids of models or inference profiles. Empty: no access to Bedrock."
  type        = list(string)
  default     = []
}

variable "bedrock_guardrail_arn" {
  description = "The guardrail of `summary.guardrail`. Null: none."
  type        = string
  default     = null
}

variable "log_group_arns" {
  description = "Log groups that firstlook may read as evidence, such as arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/*. Empty: no access to CloudWatch Logs."
  type        = list(string)
  default     = []
}

variable "athena_workgroup_arns" {
  description = "Workgroups of Athena that firstlook may use for evidence, such as arn:aws:athena:eu-west-1:123456789012:workgroup/primary. Empty: no access to Athena."
  type        = list(string)
  default     = []
}

variable "security_findings" {
  description = "Whether firstlook may read the findings of Security Hub and GuardDuty, for its digests of them."
  type        = bool
  default     = false
}

variable "knowledge_base_arns" {
  description = "Knowledge bases of Bedrock that firstlook may ask for documents, such as arn:aws:bedrock:eu-west-1:123456789012:knowledge-base/ABCDEFGHIJ. Empty: no access to any."
  type        = list(string)
  default     = []
}
