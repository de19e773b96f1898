package osu

import "fmt"

// Grade is the letter of a play, numbered as on stable's wire: the best is the smallest.
type Grade uint8

// The grades. An H marks the silver letters of plays with Hidden or Flashlight; GradeNone is no play at all.
const (
	GradeXH Grade = iota
	GradeSH
	GradeX
	GradeS
	GradeA
	GradeB
	GradeC
	GradeD
	GradeF
	GradeNone
)

var gradeNames = [...]string{"XH", "SH", "X", "S", "A", "B", "C", "D", "F", "N"}

// String returns the text form of stable and the API: XH, SH, X, S, A, B, C, D, F or N.
func (g Grade) String() string {
	if int(g) >= len(gradeNames) {
		return fmt.Sprintf("grade(%d)", uint8(g))
	}
	return gradeNames[g]
}

// ParseGrade reads the text form, in upper case.
func ParseGrade(s string) (Grade, error) {
	for g, name := range gradeNames {
		if s == name {
			return Grade(g), nil
		}
	}
	return GradeNone, fmt.Errorf("osu: no grade is called %.16q", s)
}
