"""What Wangge serves: tasks, and their two doors, HTTP and the command line."""

import gc

# Libraries make half a million objects on being imported; a search for cycles among them all
# takes most of a second. Look among what is new, and seldom among everything.
gc.set_threshold(50_000, 20, 50)
