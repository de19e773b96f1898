package submission

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Response is the answer to a play that counts: the beatmap's figures, and charts that the client shows beside the result.
type Response struct {
	Beatmap BeatmapFigures
	Ranking Chart // of the player's scores on the beatmap
	Overall Chart // of the player
	ScoreID int64

	Achievements []Achievement // unlocked by the play
}

// BeatmapFigures are the first line.
type BeatmapFigures struct {
	ID, SetID  int32
	Plays      int32
	Passes     int32
	ApprovedAt time.Time
}

// Chart compares what was before the play with what is now.
type Chart struct {
	URL    string
	Before *Figures // nil when there was nothing
	After  Figures

	// Next is who is one rank higher, when it is told.
	Next *Rival
}

// Rival is somebody to overtake.
type Rival struct {
	Name  string
	Score int64 // that is missing
}

// Figures are what a chart compares.
type Figures struct {
	Rank        int32 // from 1; 0 for none
	RankedScore int64
	TotalScore  int64
	MaxCombo    int32
	Accuracy    float64 // 0 to 1
	PP          float64
}

// Achievement is a medal. The client loads its picture from /medals/client/FILE.png of the assets host.
type Achievement struct{ File, Name, Description string }

// chartNames are what the client shows above the charts, by their ids.
const (
	idRanking, nameRanking = "beatmap", "Beatmap Ranking"
	idOverall, nameOverall = "overall", "Overall Ranking"

	dateLayout = "2006-01-02 15:04:05"
)

// Append appends the answer to dst. Characters that would end a value become spaces.
func (r *Response) Append(dst []byte) []byte {
	w := lineWriter{out: dst}
	w.integer("beatmapId", int64(r.Beatmap.ID))
	w.integer("beatmapSetId", int64(r.Beatmap.SetID))
	w.integer("beatmapPlaycount", int64(r.Beatmap.Plays))
	w.integer("beatmapPasscount", int64(r.Beatmap.Passes))
	w.text("approvedDate", r.Beatmap.ApprovedAt.UTC().Format(dateLayout))
	w.end()
	w.chart(idRanking, nameRanking, &r.Ranking)
	w.integer("onlineScoreId", r.ScoreID)
	w.end()
	w.chart(idOverall, nameOverall, &r.Overall)
	w.integer("onlineScoreId", r.ScoreID) // builds differ in which chart they look for it
	medals := make([]string, 0, len(r.Achievements))
	for _, a := range r.Achievements {
		medals = append(medals, plainMedal(a.File)+"+"+plainMedal(a.Name)+"+"+plainMedal(a.Description))
	}
	w.text("achievements-new", strings.Join(medals, "/"))
	return w.out
}

// lineWriter writes pairs with bars between.
type lineWriter struct {
	out   []byte
	begun bool
}

func (w *lineWriter) text(key, value string) {
	if w.begun {
		w.out = append(w.out, '|')
	}
	w.begun = true
	w.out = append(append(append(w.out, key...), ':'), plain(value)...)
}

func (w *lineWriter) integer(key string, n int64) { w.text(key, strconv.FormatInt(n, 10)) }

func (w *lineWriter) end() { w.out, w.begun = append(w.out, '\n'), false }

func (w *lineWriter) chart(id, name string, c *Chart) {
	w.text("chartId", id)
	w.text("chartUrl", c.URL)
	w.text("chartName", name)
	for _, column := range chartColumns {
		before := ""
		if c.Before != nil {
			if before = column.format(c.Before); before == "0" || before == "0.00" {
				before = "" // as there is no rank 0
			}
		}
		w.text(column.key+"Before", before)
		w.text(column.key+"After", column.format(&c.After))
	}
	if c.Next != nil {
		w.integer("toNextRank", c.Next.Score)
		w.text("toNextRankUser", c.Next.Name)
	}
}

// chartColumn is a pair of figures.
type chartColumn struct {
	key    string
	format func(*Figures) string
	parse  func(*Figures, string) error
}

var chartColumns = []chartColumn{
	integers("rank", func(f *Figures) *int32 { return &f.Rank }),
	integers("rankedScore", func(f *Figures) *int64 { return &f.RankedScore }),
	integers("totalScore", func(f *Figures) *int64 { return &f.TotalScore }),
	integers("maxCombo", func(f *Figures) *int32 { return &f.MaxCombo }),
	{
		"accuracy",
		func(f *Figures) string { return strconv.FormatFloat(100*f.Accuracy, 'f', 2, 64) },
		func(f *Figures, text string) (err error) {
			f.Accuracy, err = parseDecimal(text, 100)
			f.Accuracy = math.Round(f.Accuracy*100) / 10_000 // the decimals that are written
			return err
		},
	},
	{
		"pp",
		func(f *Figures) string { return strconv.FormatFloat(math.Round(f.PP), 'f', 0, 64) },
		func(f *Figures, text string) (err error) {
			f.PP, err = parseDecimal(text, math.MaxInt32)
			return err
		},
	},
}

// integers is a column of whole numbers.
func integers[T int32 | int64](key string, of func(*Figures) *T) chartColumn {
	return chartColumn{
		key,
		func(f *Figures) string { return strconv.FormatInt(int64(*of(f)), 10) },
		func(f *Figures, text string) error {
			n, err := strconv.ParseInt(text, 10, 64)
			if err == nil && (n < 0 || int64(T(n)) != n) {
				err = strconv.ErrRange
			}
			*of(f) = T(n)
			return err
		},
	}
}

// parseDecimal reads a number from 0 to most, written with digits and one point.
func parseDecimal(text string, most float64) (float64, error) {
	if strings.Trim(text, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && v > most {
		err = strconv.ErrRange
	}
	return v, err
}

// plain makes a text one value of one line.
var plainReplacer = strings.NewReplacer("|", " ", "\n", " ", "\r", " ")

func plain(s string) string { return plainReplacer.Replace(s) }

var medalReplacer = strings.NewReplacer("+", " ", "/", " ")

func plainMedal(s string) string { return medalReplacer.Replace(s) }
