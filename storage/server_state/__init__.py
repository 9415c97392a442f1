"""What the server itself keeps: answers for their links, tokens spent by day."""
