"""What Focal remembers: one module per noun, its tables and its verbs."""
