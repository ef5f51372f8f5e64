"""What every benchmark needs: options, servers on their cores, interleaved measurement, reports."""
