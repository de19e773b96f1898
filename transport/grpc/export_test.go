package peer

// Piped reports whether calls take the pipeline now.
func (c *Conn) Piped() bool { return c.pipeline != nil && c.pipeline.isOpen() }
