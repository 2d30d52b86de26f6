# What firstlook calls, and no more. A test compares this file with the calls in src/.

resource "aws_iam_policy" "firstlook" {
  name        = "${var.name}-firstlook"
  description = "What firstlook calls."
  policy      = data.aws_iam_policy_document.firstlook.json
}

data "aws_iam_policy_document" "firstlook" {
  # Confirms the subscription so that only this account can end it, and looks at it in `check --online`.
  statement {
    sid       = "Topics"
    actions   = ["sns:ConfirmSubscription", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"]
    resources = concat([aws_sns_topic.alarms.arn], var.more_topic_arns)
  }

  # The same, where AWS knows no resource to name (topics at large), or its own lists disagree whether it does
  # (subscriptions): which topics fit a pattern, and what a subscription's policies are.
  statement {
    sid       = "TopicsAndSubscriptionsAtLarge"
    actions   = ["sns:ListTopics", "sns:GetSubscriptionAttributes"]
    resources = ["*"]
  }

  # What is in alarm, so that lost messages are found. Composite alarms are not shown to who may see some alarms alone.
  statement {
    sid       = "Alarms"
    actions   = ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmContributors", "cloudwatch:ListAlarmMuteRules"]
    resources = ["*"]
  }

  # Tags of alarms that do not send them along.
  statement {
    sid       = "TagsOfAlarms"
    actions   = ["cloudwatch:ListTagsForResource"]
    resources = ["*"]
  }

  # What an alarm watches, as evidence, and which metrics there are. CloudWatch knows no resource to name here.
  statement {
    sid       = "Metrics"
    actions   = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    resources = ["*"]
  }

  # Who changed what before an alarm, as evidence. CloudTrail knows no resource to name here.
  statement {
    sid       = "Changes"
    actions   = ["cloudtrail:LookupEvents"]
    resources = ["*"]
  }

  # Traces as evidence. X-Ray knows no resource to name here.
  statement {
    sid       = "Traces"
    actions   = ["xray:BatchGetTraces", "xray:GetServiceGraph", "xray:GetTimeSeriesServiceStatistics", "xray:GetTraceSummaries"]
    resources = ["*"]
  }

  # The open findings of the security services, of all member accounts where this one is their administrator.
  dynamic "statement" {
    for_each = var.security_findings ? [1] : []

    content {
      sid       = "Findings"
      actions   = ["securityhub:GetFindings", "guardduty:ListDetectors", "guardduty:ListFindings", "guardduty:GetFindings"]
      resources = ["*"]
    }
  }

  # Access logs as evidence. Athena reads the table in Glue and its files in S3, and writes its results there, with the
  # same role: allow it that as well.
  dynamic "statement" {
    for_each = length(var.athena_workgroup_arns) == 0 ? [] : [var.athena_workgroup_arns]

    content {
      sid = "AccessLogs"
      actions = [
        "athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution",
      ]
      resources = statement.value
    }
  }

  # `replay --from-sqs`.
  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  # Logs as evidence. A query has no resource to name, and which groups exist is looked for by the beginning of a name.
  dynamic "statement" {
    for_each = length(var.log_group_arns) == 0 ? [] : [var.log_group_arns]

    content {
      sid       = "Logs"
      actions   = ["logs:StartQuery", "logs:FilterLogEvents"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(var.log_group_arns) == 0 ? [] : [1]

    content {
      sid       = "QueriesOfLogs"
      actions   = ["logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StopQuery"]
      resources = ["*"]
    }
  }

  # Converse is allowed by the same action as InvokeModel. In any region, since a profile sends requests to several.
  dynamic "statement" {
    for_each = length(var.bedrock_models) == 0 ? [] : [1]

    content {
      sid       = "Models"
      actions   = ["bedrock:InvokeModel"]
      resources = local.models
    }
  }

  # Documents as evidence.
  dynamic "statement" {
    for_each = length(var.knowledge_base_arns) == 0 ? [] : [var.knowledge_base_arns]

    content {
      sid       = "Documents"
      actions   = ["bedrock:Retrieve"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = var.bedrock_guardrail_arn == null ? [] : [var.bedrock_guardrail_arn]

    content {
      sid       = "Guardrail"
      actions   = ["bedrock:ApplyGuardrail"]
      resources = [statement.value]
    }
  }
}

locals {
  # An inference profile is its model's id behind a place, such as `global.` or `eu.`, and both have to be allowed.
  place       = "/^(global|us|us-gov|eu|apac|jp|au|ca)\\./"
  foundations = [for model in var.bedrock_models : replace(model, local.place, "")]
  profiles    = setsubtract(var.bedrock_models, local.foundations)
  models = concat(
    [for model in local.foundations : "arn:${local.partition}:bedrock:*::foundation-model/${model}"],
    [for model in local.profiles : "arn:${local.partition}:bedrock:*:${local.account}:inference-profile/${model}"],
  )
}
