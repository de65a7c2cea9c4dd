"""What the operating system does: private folders, limits of a process, causes of its errors in Polish."""
