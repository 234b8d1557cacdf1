"""The running bot and its rules."""
