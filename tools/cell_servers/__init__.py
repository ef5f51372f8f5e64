"""What `make services ARGS=--cells` starts: two MariaDB servers between which cells move, and HAProxy."""
