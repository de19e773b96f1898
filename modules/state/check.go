package state

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// The checks below are the limits of the contract as code. Every engine calls them before it does anything else, so that all
// engines refuse the same requests with the same faults.

// CheckName accepts a name of 1 to MaxName bytes of UTF-8.
func CheckName(name string) error {
	switch {
	case len(name) > MaxName:
		return ErrTooLarge.With("name_bytes", strconv.Itoa(len(name)))
	case name == "" || !utf8.ValidString(name):
		return ErrInvalid.With("name", strconv.QuoteToASCII(name))
	}
	return nil
}

// CheckNames accepts at most limit good names.
func CheckNames(names []string, limit int) error {
	if len(names) > limit {
		return ErrTooLarge.With("names", strconv.Itoa(len(names)))
	}
	for _, name := range names {
		if err := CheckName(name); err != nil {
			return err
		}
	}
	return nil
}

// CheckPage accepts a page of 1 to MaxPage entries.
func CheckPage(limit int) error {
	switch {
	case limit > MaxPage:
		return ErrTooLarge.With("limit", strconv.Itoa(limit))
	case limit < 1:
		return ErrInvalid.With("limit", strconv.Itoa(limit))
	}
	return nil
}

// CheckGet accepts the arguments of Records.Get.
func CheckGet(space string, keys []string) error {
	if err := CheckName(space); err != nil {
		return err
	}
	return CheckNames(keys, MaxPage)
}

// CheckList accepts the arguments of Records.List.
func CheckList(space, tag, after string, limit int) error {
	if err := CheckName(space); err != nil {
		return err
	}
	for _, optional := range [...]string{tag, after} {
		if optional == "" {
			continue
		}
		if err := CheckName(optional); err != nil {
			return err
		}
	}
	return CheckPage(limit)
}

// CheckCount accepts the arguments of Records.Count.
func CheckCount(space string, tags []string) error {
	if err := CheckName(space); err != nil {
		return err
	}
	if len(tags) > MaxTags {
		return ErrTooLarge.With("names", strconv.Itoa(len(tags)))
	}
	for _, tag := range tags {
		if tag == "" {
			continue // all records of the space
		}
		if err := CheckName(tag); err != nil {
			return err
		}
	}
	return nil
}

// CheckDrain accepts the arguments of Queues.Drain.
func CheckDrain(space, key string, take Take) error {
	if err := CheckName(space); err != nil {
		return err
	}
	if err := CheckName(key); err != nil {
		return err
	}
	if take.MaxBytes < 0 || take.Wait < 0 {
		return ErrInvalid.With("max_bytes", strconv.Itoa(take.MaxBytes)).With("wait", take.Wait.String())
	}
	return nil
}

// CheckAcknowledge accepts the arguments of Queues.Acknowledge.
func CheckAcknowledge(space string, receipts []Receipt) error {
	if err := CheckName(space); err != nil {
		return err
	}
	if len(receipts) > MaxPage {
		return ErrTooLarge.With("receipts", strconv.Itoa(len(receipts)))
	}
	for _, receipt := range receipts {
		if err := CheckName(receipt.Key); err != nil {
			return err
		}
	}
	return nil
}

// CheckChanges accepts the argument of Records.Apply. The number of tags that a record ends up with is the engine's to check.
func CheckChanges(changes []Change) error {
	if len(changes) > MaxChanges {
		return ErrTooLarge.With("changes", strconv.Itoa(len(changes)))
	}
	for i := range changes {
		if err := changes[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Change) check() error {
	var parts int
	var err error
	if c.Put != nil {
		parts, err = parts+1, c.Put.check()
	}
	if c.Tag != nil {
		parts, err = parts+1, checkRecord(c.Tag.Space, c.Tag.Key, c.Tag.Add, c.Tag.Remove)
	}
	if c.Delete != nil {
		parts, err = parts+1, checkRecord(c.Delete.Space, c.Delete.Key, nil, nil)
	}
	if c.Append != nil {
		parts, err = parts+1, CheckAppend(c.Append)
	}
	if c.Publish != nil {
		parts, err = parts+1, CheckPublish(c.Publish.Topic, c.Publish.Payload)
	}
	if parts != 1 {
		return ErrBadChange.With("parts", strconv.Itoa(parts))
	}
	return err
}

func (p *Put) check() error {
	if err := checkValue(p.Value); err != nil {
		return err
	}
	if p.TTL < 0 {
		return ErrInvalid.With("ttl", p.TTL.String())
	}
	return checkRecord(p.Space, p.Key, p.AddTags, p.RemoveTags)
}

// CheckAppend accepts the argument of Queues.Append.
func CheckAppend(a *Append) error {
	if err := CheckName(a.Space); err != nil {
		return err
	}
	for _, tags := range [...][]string{a.Tags, a.ExceptTags} {
		if err := CheckNames(tags, MaxTags); err != nil {
			return err
		}
	}
	for _, keys := range [...][]string{a.Keys, a.ExceptKeys} {
		if err := CheckNames(keys, MaxPage); err != nil {
			return err
		}
	}
	return checkValue(a.Item)
}

// CheckPublish accepts the arguments of Topics.Publish.
func CheckPublish(topic string, payload []byte) error {
	if err := CheckName(topic); err != nil {
		return err
	}
	return checkValue(payload)
}

// CheckScores accepts the arguments of Boards.SetScores.
func CheckScores(board string, scores []Score) error {
	if len(scores) > MaxScores {
		return ErrTooLarge.With("scores", strconv.Itoa(len(scores)))
	}
	for _, score := range scores {
		if math.IsNaN(score.Value) {
			return ErrInvalid.With("member", strconv.FormatInt(score.Member, 10))
		}
	}
	return CheckName(board)
}

// CheckMembers accepts the arguments of Boards.RemoveMembers and Boards.Positions.
func CheckMembers(board string, members []int64) error {
	if len(members) > MaxScores {
		return ErrTooLarge.With("members", strconv.Itoa(len(members)))
	}
	return CheckName(board)
}

// CheckRange accepts the arguments of Boards.Range.
func CheckRange(board string, from, limit int) error {
	if from < 1 {
		return ErrInvalid.With("from", strconv.Itoa(from))
	}
	if err := CheckPage(limit); err != nil {
		return err
	}
	return CheckName(board)
}

// checkRecord checks a record's name and a change of its tags.
func checkRecord(space, key string, add, remove []string) error {
	if err := CheckName(space); err != nil {
		return err
	}
	if err := CheckName(key); err != nil {
		return err
	}
	if err := CheckNames(add, MaxTags); err != nil {
		return err
	}
	return CheckNames(remove, MaxTags)
}

func checkValue(value []byte) error {
	if len(value) > MaxValue {
		return ErrTooLarge.With("bytes", strconv.Itoa(len(value)))
	}
	return nil
}
