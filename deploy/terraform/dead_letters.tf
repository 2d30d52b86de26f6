# What SNS could not deliver, for `firstlook replay --from-sqs`, and an alarm that says so by another way than firstlook.

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600 # 14 days, the most that SQS allows
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letters.json
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "ThisTopicAlone"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.alarms.arn]
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name        = "${var.name}-dead-letters"
  alarm_description = "Alarms did not reach firstlook, or it refused them. See to it that it runs, read its log, then: firstlook replay --from-sqs ${aws_sqs_queue.dead_letters.id}"

  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching" # a queue that nobody uses has no data

  alarm_actions = [local.notice_arn]
  ok_actions    = [local.notice_arn]
}

locals {
  by_mail    = !startswith(var.dead_letter_notice, "arn:")
  notice_arn = local.by_mail ? aws_sns_topic.notice[0].arn : var.dead_letter_notice
}

resource "aws_sns_topic" "notice" {
  count = local.by_mail ? 1 : 0
  name  = "${var.name}-dead-letters-notice"
}

# AWS sends a link that the person has to follow.
resource "aws_sns_topic_subscription" "notice" {
  count     = local.by_mail ? 1 : 0
  topic_arn = aws_sns_topic.notice[0].arn
  protocol  = "email"
  endpoint  = var.dead_letter_notice
}
