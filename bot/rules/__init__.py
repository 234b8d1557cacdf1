"""Pure rules: values in, values out. No Slack, no SQL, no clock."""
