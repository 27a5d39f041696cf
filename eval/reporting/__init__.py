"""Results for people: one HTML file with figures, charts and every case."""
