"""The S3 servers of a lab, and a connection to them that can be made faulty."""
