package migrations

// Lock is what Up and Down hold.
var Lock = lock
