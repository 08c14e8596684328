"""What Wangge serves: tasks, and their two doors, HTTP and the command line."""
