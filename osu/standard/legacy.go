package standard

// PeppyStars returns the multiplier of stable's combo score that follows from the beatmap itself, before mods: 0 to about 6.
func (b *Beatmap) PeppyStars() int { return b.stars }
