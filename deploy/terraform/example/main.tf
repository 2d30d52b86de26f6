# A whole installation but for firstlook itself: its topic, its role's policy, and an alarm.
# The region is that of your environment or profile. Put your own in the places marked HERE.

module "firstlook" {
  source = "../"

  endpoint           = "https://firstlook.example.com/webhooks/sns/aws" # HERE
  dead_letter_notice = "oncall@example.com"                             # HERE
  bedrock_models     = ["global.anthropic.claude-sonnet-4-6"]
}

resource "aws_cloudwatch_metric_alarm" "edge_5xx" {
  # A rule of `labels` can make a severity of the prefix: docs/CONFIGURATION.md.
  alarm_name = "[P1] web edge 5xx"

  # firstlook shows it, and takes the runbook's address from it.
  alarm_description = "The load balancer answers 5xx itself: no healthy target, or targets that hang.\nRunbook: https://wiki.example.com/edge-5xx"

  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_5XX_Count"
  dimensions          = { LoadBalancer = "app/web/0123456789abcdef" } # HERE
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  treat_missing_data  = "notBreaching" # this metric is only there when there are errors

  # All three. Without ok_actions nobody ever says that it is over; without the third, nobody that the metric has gone.
  alarm_actions             = [module.firstlook.topic_arn]
  ok_actions                = [module.firstlook.topic_arn]
  insufficient_data_actions = [module.firstlook.topic_arn]
}

output "firstlook" {
  value = module.firstlook
}
