"""Kills, pauses and foul weather, and a count of what was lost or came twice."""
