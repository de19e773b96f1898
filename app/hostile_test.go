package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
)

// TestHostileClients plays what is sent to servers on the open internet against a whole one, beside a player who must not notice.
// Each attack gets the protocol's own answer or is dropped and counted, nobody's session ends, and what the attacks took is
// given back.
func TestHostileClients(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	c := apptest.Config(t, app.Options{})
	c.Admin.Listen = "127.0.0.1:0"
	c.HTTP.ReadHeaderTimeout, c.HTTP.ReadTimeout = 500*time.Millisecond, time.Second
	c.Users.FailuresPerAddress = 10
	c.Bancho.LoginBurst = 5
	var log lockedBuffer
	server := apptest.Start(t, c, app.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	v := &villain{t: t, server: server, metrics: "http://" + server.Addr("admin").String() + "/metrics"}

	good := server.Client(t, "Goodly")
	enter(ctx, t, good)
	evil := server.Client(t, "Mallory")
	enter(ctx, t, evil)
	v.token, v.password = evil.Token(), evil.PasswordMD5()
	v.calm()
	heap, goroutines := v.size()

	for _, attack := range []struct {
		name string
		play func(*testing.T, *villain)
	}{
		{"broken requests", brokenRequests},
		{"logins that are none", brokenLogins},
		{"broken packets", brokenPackets},
		{"forms and paths", brokenForms},
		{"questions about beatmaps and scores", brokenQuestions},
		{"plays and pictures", brokenPlays},
		{"slow clients", slowClients},
		{"guessed tokens", guessedTokens},
		{"flood of packets", packetFlood},
		{"overlapping requests", overlappingRequests},
		{"flood of logins", loginFlood},
		{"flood of guesses", guessFlood}, // last: afterwards the address of the test may not try any more
	} {
		t.Run(attack.name, func(t *testing.T) {
			v.t = t
			attack.play(t, v)
			poll(ctx, t, good) // fails the test when the session is gone
		})
	}
	v.t = t

	// The good player still has a voice, and so has the session that was attacked from, which nothing has ended but its own logins.
	good.Say("#osu", "still here")
	poll(ctx, t, good)
	if !good.LoggedIn() {
		t.Error("the good player was logged out")
	}
	v.calm()
	if now, _ := v.size(); now > heap+32<<20 {
		t.Errorf("the heap has grown from %d to %d bytes", heap, now)
	}
	await(ctx, t, "goroutines are what they were", func() bool {
		v.calm()
		_, now := v.size()
		return now <= goroutines+20
	})
	if text := log.String(); strings.Contains(text, "panic") || strings.Contains(text, "goroutine ") {
		t.Errorf("the server panicked:\n%s", text)
	}
}

// enter makes an account and logs it in.
func enter(ctx context.Context, t *testing.T, c *client.Client) {
	t.Helper()
	if err := c.Register(ctx, strings.ToLower(c.Name())+"@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := c.Login(ctx); err != nil {
		t.Fatal(err)
	}
}

// villain attacks a server with one session of his own.
type villain struct {
	t       *testing.T
	server  *apptest.Server
	metrics string

	token, password string // of his session and account
}

var villainClient = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}, Timeout: 30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send makes one request to a host and returns what it is answered.
func (v *villain) send(method, host, path, body string, header ...string) (int, []byte) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, "http://"+v.server.Address()+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Host = host + ".localhost"
	r.Header.Set("User-Agent", "osu!")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := villainClient.Do(r)
	if err != nil {
		v.t.Errorf("%s %s%s: %v", method, host, path, err)
		return 0, nil
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Errorf("%s %s%s: %v", method, host, path, err)
	}
	return answer.StatusCode, text
}

// exchange sends packets with the villain's token.
func (v *villain) exchange(body []byte) (int, []byte) {
	return v.send("POST", "c", "/", string(body), "osu-token", v.token)
}

// raw sends bytes and returns the status of the answer, 0 when the server hangs up without one.
func (v *villain) raw(request string) int {
	v.t.Helper()
	conn, err := net.Dial("tcp", v.server.Address())
	if err != nil {
		v.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, request)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// count returns the sum of a counter's series whose labels contain a text.
func (v *villain) count(name, labels string) (sum float64) {
	v.t.Helper()
	answer, err := http.Get(v.metrics)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if strings.HasPrefix(series, name) && strings.Contains(series, labels) {
			n, _ := strconv.ParseFloat(value, 64)
			sum += n
		}
	}
	return sum
}

// calm lets go of connections and garbage.
func (v *villain) calm() {
	villainClient.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	runtime.GC()
}

func (v *villain) size() (heap uint64, goroutines int) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, runtime.NumGoroutine()
}

func brokenRequests(t *testing.T, v *villain) {
	const head = "POST / HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: osu!\r\n"
	for name, tc := range map[string]struct {
		request string
		want    int
	}{
		"two lengths":        {head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
		"negative length":    {head + "Content-Length: -1\r\n\r\n", 400},
		"length over limit":  {head + "Content-Length: 99999999\r\n\r\n", 413},
		"unknown coding":     {head + "Transfer-Encoding: xchunked\r\n\r\n", 501},
		"bad chunk":          {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		"two hosts":          {"GET / HTTP/1.1\r\nHost: c.localhost\r\nHost: a.localhost\r\n\r\n", 400},
		"no host":            {"GET / HTTP/1.1\r\n\r\n", 400},
		"another's host":     {"GET / HTTP/1.1\r\nHost: c.localhost.example.com\r\n\r\n", 404},
		"huge header":        {"GET / HTTP/1.1\r\nHost: c.localhost\r\nX: " + strings.Repeat("y", 64<<10) + "\r\n\r\n", 431},
		"header flood":       {"GET / HTTP/1.1\r\nHost: c.localhost\r\n" + strings.Repeat("X: y\r\n", 20_000) + "\r\n", 431},
		"a proxy's word":     {"POST / HTTP/1.1\r\nHost: evil.localhost\r\nX-Forwarded-Host: c.localhost\r\nContent-Length: 0\r\n\r\n", 404},
		"another game":       {"POST / HTTP/1.1\r\nHost: c.localhost\r\nContent-Length: 0\r\n\r\n", 403},
		"TLS on the plain":   {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		"a path up and away": {"GET /../../peace.db HTTP/1.1\r\nHost: a.localhost\r\n\r\n", 404},
	} {
		if status := v.raw(tc.request); status != tc.want {
			t.Errorf("%s: answered %d, want %d", name, status, tc.want)
		}
	}
}

func loginBody(name, password string) string {
	return string(packets.AppendLogin(nil, packets.Login{
		Name: name, PasswordMD5: md5Hex(password), Version: client.DefaultVersion, Hashes: client.HashesOf(name),
	}))
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func brokenLogins(t *testing.T, v *villain) {
	whole := loginBody("Mallory", "x")
	lines := strings.SplitN(whole, "\n", 3)
	refusal := string(packets.LoginFailed.Append(nil))
	for name, tc := range map[string]struct {
		body, want string
		status     int
	}{
		"nothing":         {"", "", 400},
		"newlines":        {strings.Repeat("\n", 8000), "", 400},
		"half":            {whole[:60], "", 400},
		"NUL":             {strings.Repeat("\x00", 500), "", 400},
		"invalid UTF-8":   {"\xff\xfe\n" + lines[1] + "\n" + lines[2], "", 400},
		"too large":       {strings.Repeat("x", bancho.MaxLogin+1), "", 413},
		"huge":            {strings.Repeat("x", 4<<20), "", 413},
		"no MD5":          {lines[0] + "\nsecret\n" + lines[2], refusal, 200},
		"a name in SQL":   {"' OR 1=1 --\n" + lines[1] + "\n" + lines[2], refusal, 200},
		"a name in bidi":  {"\u202eyrollaM\n" + lines[1] + "\n" + lines[2], refusal, 200},
		"a name with NUL": {"Mal\x00lory\n" + lines[1] + "\n" + lines[2], "", 400},
	} {
		status, body := v.send("POST", "c", "/", tc.body)
		if status != tc.status || status == 200 && string(body) != tc.want {
			t.Errorf("%s: answered %d %q, want %d %q", name, status, body, tc.status, tc.want)
		}
	}
	if n := v.count("peace_bancho_logins_total", `"malformed"`); n == 0 {
		t.Error("malformed logins are not counted")
	}
}

func brokenPackets(t *testing.T, v *villain) {
	before := v.count("peace_bancho_packets_dropped_total", `"damaged"`)
	compressed := packets.Ping{}.Append(nil)
	compressed[2] = 1
	for name, body := range map[string][]byte{
		"a byte":            {1},
		"half a header":     make([]byte, 6),
		"garbage":           bytes.Repeat([]byte{0xff}, 4096),
		"a length of 4 GiB": {1, 0, 0, 0xff, 0xff, 0xff, 0xff},
		"half a packet":     packets.ChannelJoin("#osu").Append(nil)[:9],
		"compressed":        compressed,
		"a string's length": {63, 0, 0, 11, 0, 0, 0, 11, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1},
	} {
		if status, reply := v.exchange(body); status != 200 || bytes.Contains(reply, packets.Restart(0).Append(nil)) {
			t.Errorf("%s: answered %d %q", name, status, reply)
		}
	}
	if n := v.count("peace_bancho_packets_dropped_total", `"damaged"`) - before; n != 7 {
		t.Errorf("%v damaged packets are counted, want 7", n)
	}
	if status, _ := v.exchange(make([]byte, bancho.MaxRequest+1)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a request over its limit is answered %d", status)
	}
	var all []byte
	for id := range packets.ID(130) { // known ones with nothing in them, unknown ones, those of servers
		if id != packets.IDLogout {
			all = packets.Raw{ID: id}.Append(all)
		}
	}
	for _, text := range []string{"\xff\xfe", "\x00\x01", "\u202e", "!roll 99999999999999999999"} {
		all = packets.PublicMessage{Text: text, Target: "#osu"}.Append(all)
		all = packets.PrivateMessage{Text: text, Target: "BanchoBot"}.Append(all)
		all = packets.PrivateMessage{Text: "x", Target: text}.Append(all)
		all = packets.ChannelJoin("#" + text).Append(all)
	}
	ids := []int32{-1 << 31, -1, 0, 1<<31 - 1}
	all = packets.UserStatsRequest(ids).Append(packets.UserPresenceRequest(ids).Append(all))
	all = packets.ChangeAction{Action: 255, Info: "\xff", BeatmapMD5: "zz", Mods: 1<<32 - 1, Ruleset: 255, BeatmapID: -1 << 31}.Append(all)
	all = packets.PublicMessage{Text: strings.Repeat("A", 16<<10), Target: "#osu"}.Append(all)
	if status, reply := v.exchange(all); status != 200 || !bytes.Contains(reply, packets.UserLogout{UserID: 1<<31 - 1}.Append(nil)) {
		t.Errorf("extremes are answered %d %q", status, reply)
	}
}

func brokenForms(t *testing.T, v *villain) {
	form := func(name string) string {
		return url.Values{"user[username]": {name}, "user[user_email]": {"\xff@x"}, "user[password]": {"\x00"}, "check": {"0"}}.Encode()
	}
	for _, tc := range []struct {
		method, host, path, body string
		want                     int
	}{
		{"POST", "osu", "/users", form("\u202e\xff\x00"), 422},
		{"POST", "osu", "/users", "%zz", 400},
		{"POST", "osu", "/users", strings.Repeat("a=b&", 1<<14), 413},
		{"POST", "osu", "/web/osu-error.php", strings.Repeat("x", 1<<20), 413},
		{"GET", "osu", "/web/osu-getfriends.php?u=%ff%00&h=" + strings.Repeat("0", 32), "", 401},
		{"GET", "osu", "/web/lastfm.php", "", 401},
		{"GET", "osu", "/web/nothing.php", "", 404},
		{"GET", "a", "/..%2f..%2fpeace.db", "", 404},
		{"GET", "a", "/99999999999999999999", "", 200},
		{"GET", "a", "/1%00.png", "", 404},
		{"GET", "b", "/thumb/%2e%2e/x", "", 404},
	} {
		status, _ := v.send(tc.method, tc.host, tc.path, tc.body, "Content-Type", "application/x-www-form-urlencoded")
		if status != tc.want {
			t.Errorf("%s %s%s: answered %d, want %d", tc.method, tc.host, tc.path, status, tc.want)
		}
	}
}

// brokenQuestions puts what confuses databases, formats, paths and numbers into every parameter at once, with good credentials.
func brokenQuestions(t *testing.T, v *villain) {
	credentials := map[string]string{"u": "Mallory", "us": "Mallory", "h": v.password, "ha": v.password, "p": v.password}
	for _, tc := range []struct{ host, path, parameters string }{
		{"osu", "/web/osu-osz2-getscores.php", "us ha s vv v c f m i mods h a"},
		{"osu", "/web/osu-search.php", "u h r q m p"},
		{"osu", "/web/osu-search-set.php", "u h s b c t p"},
		{"osu", "/web/osu-getreplay.php", "u h m c"},
		{"osu", "/web/osu-rate.php", "u p c v"},
		{"osu", "/web/osu-addfavourite.php", "u h a"},
		{"osu", "/web/osu-getfavourites.php", "u h"},
		{"osu", "/web/lastfm.php", "us ha b action"},
		{"osu", "/web/osu-osz2-bmsubmit-getid.php", "u h s b z"},
		{"osu", "/d/*", "u h vv"},
		{"osu", "/osu/*", ""},
		{"osu", "/web/maps/*", ""},
		{"osu", "/ss/*", ""},
		{"osu", "/scores/*/download", ""},
		{"b", "/thumb/*", ""},
		{"b", "/preview/*", ""},
		{"assets", "/medals/client/*", ""},
		{"assets", "/beatmaps/*/covers/cover.jpg", ""},
	} {
		for _, trick := range []string{
			"", "' OR 1=1 --", "\" AND (SELECT 1)", "%00%01\r\n", "-1", "0", "99999999999999999999", "1e400", "NaN", "../../../etc/passwd",
			"%s%n%x", "<script>|\t,@", "\xff\xfe", "1;2|3", "stars>NaN ar<1e999 \"*", strings.Repeat("a", 5000), strings.Repeat("*(", 200),
		} {
			query := url.Values{}
			for _, name := range strings.Fields(tc.parameters) {
				query.Set(name, trick)
				if own := credentials[name]; own != "" && name != "p" || tc.path == "/web/osu-rate.php" && name == "p" {
					query.Set(name, own)
				}
			}
			path := strings.ReplaceAll(tc.path, "*", url.PathEscape(trick)) + "?" + query.Encode()
			if status, _ := v.send("GET", tc.host, path, ""); status >= 500 {
				t.Errorf("%s%.200s: answered %d", tc.host, path, status)
			}
		}
	}
}

// brokenPlays submits what is no play, and pictures that are none.
func brokenPlays(t *testing.T, v *villain) {
	form := func(fields ...string) (string, string) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for i := 0; i+1 < len(fields); i += 2 {
			var part io.Writer
			var err error
			if name, file, ok := strings.Cut(fields[i], "/"); ok {
				part, err = w.CreateFormFile(name, file)
			} else {
				part, err = w.CreateFormField(fields[i])
			}
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, fields[i+1])
		}
		_ = w.Close()
		return body.String(), w.FormDataContentType()
	}
	iv := base64.StdEncoding.EncodeToString(make([]byte, 32))
	garbage := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 64))
	const submit, shot = "/web/osu-submit-modular-selector.php", "/web/osu-screenshot.php"
	for name, tc := range map[string]struct {
		path   string
		fields []string
	}{
		"nothing":            {submit, nil},
		"no score":           {submit, []string{"iv", iv, "pass", v.password, "osuver", "20250815"}},
		"not encrypted":      {submit, []string{"score", garbage, "iv", iv, "pass", v.password, "osuver", "20250815", "s", garbage}},
		"no base64":          {submit, []string{"score", "%%%", "iv", "!", "pass", v.password, "osuver", "20250815"}},
		"short iv":           {submit, []string{"score", garbage, "iv", "AAAA", "pass", v.password, "osuver", "20250815"}},
		"long version":       {submit, []string{"score", garbage, "iv", iv, "osuver", strings.Repeat("9", 9000)}},
		"a huge replay":      {submit, []string{"score", garbage, "score/replay", strings.Repeat("x", 12<<20), "iv", iv}},
		"many parts":         {submit, slices.Repeat([]string{"score", garbage}, 2000)},
		"no picture":         {shot, []string{"u", "Mallory", "p", v.password, "v", "1", "ss/ss", "GIF89a"}},
		"a lying picture":    {shot, []string{"u", "Mallory", "p", v.password, "v", "1", "ss/ss", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\x00\x00\x00"}},
		"a huge picture":     {shot, []string{"u", "Mallory", "p", v.password, "ss/ss", "\xff\xd8\xff" + strings.Repeat("x", 5<<20)}},
		"somebody's picture": {shot, []string{"u", "Goodly", "p", v.password, "ss/ss", "\xff\xd8\xff"}},
	} {
		body, kind := form(tc.fields...)
		status, answer := v.send("POST", "osu", tc.path, body, "Content-Type", kind)
		if status >= 500 || status == 200 && !strings.HasPrefix(string(answer), "error:") {
			t.Errorf("%s: answered %d %.100q", name, status, answer)
		}
	}
	body, kind := form("score", garbage, "iv", iv)
	if status, answer := v.send("POST", "osu", submit, body[:len(body)-30], "Content-Type", kind); status >= 500 {
		t.Errorf("cut short: answered %d %q", status, answer)
	}
	for _, body := range []string{"", "{", `{"Filenames":[`, `{"Filenames":["` + strings.Repeat("a", 70<<10) + `"],"Ids":[1e99]}`, `{"Ids":["' OR 1=1"]}`, strings.Repeat("[", 9000)} {
		for _, path := range []string{"/web/osu-getbeatmapinfo.php?u=Mallory&h=" + v.password, "/difficulty-rating"} {
			if status, _ := v.send("POST", "osu", path, body); status >= 500 {
				t.Errorf("%s with %.40q: answered %d", path, body, status)
			}
		}
	}
}

// slowClients opens connections that say half of something: the server hangs up on them when their time is over.
func slowClients(t *testing.T, v *villain) {
	var wg sync.WaitGroup
	for i := range 200 {
		conn, err := net.Dial("tcp", v.server.Address())
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			half := "POST / HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: osu!\r\nContent-Length: 100\r\n\r\nabc"
			if i%2 == 0 {
				half = half[:30]
			}
			_, _ = io.WriteString(conn, half)
			answer, err := io.ReadAll(conn)
			if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
				t.Error("a slow client is waited for")
			}
			if i%2 == 1 && !bytes.HasPrefix(answer, []byte("HTTP/1.1 408 ")) {
				t.Errorf("half a body is answered %.40q", answer)
			}
		})
	}
	wg.Wait()
}

func guessedTokens(t *testing.T, v *villain) {
	want := packets.Restart(0).Append(nil)
	for i := range 200 {
		token := fmt.Sprint("guess", i)
		if i == 0 {
			token = strings.Repeat("t", 10_000)
		}
		status, reply := v.send("POST", "c", "/", string(packets.Ping{}.Append(nil)), "osu-token", token)
		if status != 200 || !bytes.Equal(reply, want) {
			t.Fatalf("a guessed token is answered %d %q", status, reply)
		}
	}
}

func packetFlood(t *testing.T, v *villain) {
	var body []byte
	for range 2000 {
		body = packets.SetAwayMessage{Text: strings.Repeat("z", 200)}.Append(body)
	}
	flood := v.count("peace_bancho_packets_dropped_total", `"flood"`)
	status, reply := v.exchange(body)
	if status != 200 || len(reply) > bancho.MaxReply {
		t.Errorf("answered %d with %d bytes", status, len(reply))
	}
	if n := v.count("peace_bancho_packets_dropped_total", `"flood"`) - flood; n < 1400 {
		t.Errorf("%v of 2000 packets are counted as too many", n)
	}
}

func overlappingRequests(t *testing.T, v *villain) {
	var wg sync.WaitGroup
	body := packets.SetAwayMessage{Text: "x"}.Append(nil)
	for range 50 {
		wg.Go(func() {
			if status, _ := v.exchange(body); status != http.StatusOK && status != http.StatusServiceUnavailable {
				t.Errorf("answered %d", status)
			}
		})
	}
	wg.Wait()
}

func loginFlood(t *testing.T, v *villain) {
	body := loginBody("Mallory", "peaceful Mallory!")
	for range 30 {
		if status, _ := v.send("POST", "c", "/", body); status != http.StatusOK {
			t.Errorf("answered %d", status)
		}
	}
	if n := v.count("peace_bancho_logins_total", `"too_often"`); n < 20 {
		t.Errorf("%v of 30 logins are refused", n)
	}
}

func guessFlood(t *testing.T, v *villain) {
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 10 {
				forged := fmt.Sprintf("203.0.113.%d", worker*10+i) // believed only from a proxy
				status, reply := v.send("POST", "c", "/", loginBody("Goodly", fmt.Sprint("guess", worker, i)), "X-Forwarded-For", forged)
				if status != 200 || !bytes.HasPrefix(reply, packets.LoginFailed.Append(nil)) && !bytes.HasSuffix(reply, packets.LoginFailed.Append(nil)) &&
					!bytes.Contains(reply, packets.LoginServerError.Append(nil)) {
					t.Errorf("a guess is answered %d %q", status, reply)
				}
			}
		})
	}
	wg.Wait()
	if n := v.count("peace_bancho_logins_total", `"too_many"`); n < 60 {
		t.Errorf("%v of 80 guesses are refused untried", n)
	}
}
