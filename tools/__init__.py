"""What was used to make files of this repository; nothing here runs in production."""
