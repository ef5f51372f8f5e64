"""The APIs of the simulated providers. A module is one API, under the name that its adapter has."""
