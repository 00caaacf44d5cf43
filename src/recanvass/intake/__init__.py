"""What the bytes of a stranger's file hold, before any reader is asked: pre-scan, encodings, archives, sheets."""
