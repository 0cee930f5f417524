"""S3 servers of a lab's own, and a network between that can be made faulty."""
