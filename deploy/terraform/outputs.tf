output "topic_arn" {
  description = "For `sources.sns[].topic_arns`, and for the actions of alarms."
  value       = aws_sns_topic.alarms.arn
}

output "dead_letter_queue_url" {
  description = "For `firstlook replay --from-sqs`."
  value       = aws_sqs_queue.dead_letters.id
}

output "iam_policy_arn" {
  description = "For the role that firstlook runs as."
  value       = aws_iam_policy.firstlook.arn
}
