"""Files are read in child processes with limits of time, memory and output."""
