"""What needs no running gateway, or owns one: up, the embedded chat, doctor, backup, restore."""
