package oauth_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/pure-peace/peace/modules/oauth/local"
	edge "github.com/pure-peace/peace/transport/api/oauth"
)

// FuzzToken says that whatever is sent, the answer is a refusal in the words of RFC 6749.
func FuzzToken(f *testing.F) {
	s := newStack(f, func(_ *local.Config, c *edge.Config) { c.Rate, c.Burst = 100_000, 100_000 })
	f.Add(urlencoded, "grant_type=password&client_id=5&client_secret="+production+"&scope=*&username=a&password=b", "")
	f.Add(urlencoded, "grant_type=client_credentials&client_id=1&client_secret=", "Basic MTo=")
	f.Add(urlencoded, "grant_type=%ff&grant_type=", "")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nrefresh_token\r\n--x--\r\n", "Basic NTo1")
	f.Add("multipart/form-data; boundary=\"\"", "--\r\n\r\n", "")
	f.Add("application/json", `{"grant_type":"authorization_code","client_id":5e0,"code":"\u0000"}`, "")
	f.Add("", "", "Basic ")
	f.Fuzz(func(t *testing.T, contentType, body, authorization string) {
		w := s.send("POST", "/oauth/token", contentType, body, "Authorization", authorization)
		var refusal map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &refusal); err != nil || refusal["error"] == "" || refusal["hint"] == "" {
			t.Fatalf("answer is %d %q, %v", w.Code, w.Body, err)
		}
		switch w.Code {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		default:
			t.Fatalf("answer is %d %q", w.Code, w.Body)
		}
	})
}
