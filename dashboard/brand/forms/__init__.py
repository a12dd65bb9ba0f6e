"""What people type into the dashboard: shape only; what may be is judged by the rooms."""
