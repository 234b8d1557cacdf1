"""A small, strict Slack for one machine: for the demo and for the tests. The bot never imports it."""
