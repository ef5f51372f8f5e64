"""A real API server of Kubernetes with etcd, built from source, to which tests apply the Helm chart."""
