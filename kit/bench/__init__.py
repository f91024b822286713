"""What the hook costs, measured beside Kea alone and beside other libraries."""
