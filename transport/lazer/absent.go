package lazer

import "net/http"

// Absent answers for a service of the official server that this one does not have, in the words that lazer shows.
func Absent(text string) http.Handler {
	body := []byte(`{"error":"` + text + `"}` + "\n")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(body) // a client that has gone away is no failure of ours
	})
}
