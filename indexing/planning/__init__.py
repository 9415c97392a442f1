"""What has to be done? Folder and index are looked at, and a plan follows. Changes nothing."""
