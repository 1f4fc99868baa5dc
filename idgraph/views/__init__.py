"""What people see, one view a file: each turns a case into plain blocks and knows no screen."""
