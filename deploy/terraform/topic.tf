# The topic that alarms are sent to, who may publish to it, and its subscription by firstlook.

resource "aws_sns_topic" "alarms" {
  name              = var.name
  signature_version = 2 # SHA-256. Topics sign with SHA-1 unless told otherwise.
  kms_master_key_id = var.kms_key_id
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.publish.json
}

# Users and roles of this account need no statement here: their own policies decide.
data "aws_iam_policy_document" "publish" {
  statement {
    sid       = "ServicesOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = var.publishers
    }

    # Without it, another account could have these services publish here on its behalf.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  dynamic "statement" {
    for_each = var.eventbridge ? ["events.amazonaws.com"] : []

    # EventBridge sends no aws:SourceAccount to SNS. With a condition it would publish nothing.
    content {
      sid       = "EventBridge"
      actions   = ["sns:Publish"]
      resources = [aws_sns_topic.alarms.arn]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
    }
  }
}

resource "aws_sns_topic_subscription" "firstlook" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "https"
  endpoint  = var.endpoint

  # firstlook confirms by itself, so it must run and be reached before this is applied.
  endpoint_auto_confirms          = true
  confirmation_timeout_in_minutes = 5

  # Tries for the whole hour that SNS allows. The default is three retries, 20 s apart.
  delivery_policy = file("${path.module}/delivery-policy.json")

  # Where a message goes that could not be delivered even so.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })

  # SNS must be able to write to the queue before it has to.
  depends_on = [aws_sqs_queue_policy.dead_letters]
}
