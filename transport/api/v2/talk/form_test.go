package talk

import (
	"crypto/tls"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/notifications"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

func TestEndpoint(t *testing.T) {
	for name, test := range map[string]struct {
		secure     bool
		configured string
		wanted     string
	}{
		"plain":      {false, "", "ws://osu.example.com:8080/home/notifications/feed"},
		"secure":     {true, "", "wss://osu.example.com:8080/home/notifications/feed"},
		"configured": {false, "wss://notify.example.com/", "wss://notify.example.com/"},
	} {
		r := httptest.NewRequest("GET", "/api/v2/notifications", nil)
		r.Host = "osu.example.com:8080"
		if test.secure {
			r.TLS = new(tls.ConnectionState)
		}
		a := &Area{config: Config{NotificationEndpoint: test.configured}}
		if got := a.endpoint(&v2.Request{Request: r}); got != test.wanted {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestMeant(t *testing.T) {
	for form, wanted := range map[string][]notifications.Which{
		"": nil,
		"notifications[0][id]=1&notifications[1][id]=2&notifications[2][id]=-3": {{IDs: []int64{1, 2}}},
		"notifications[][id]=4&notifications[][id]=5":                           {{IDs: []int64{4, 5}}},
		"identities[a][object_type]=user&identities[b][category]=comment":       {{ObjectType: "user"}, {Name: "comment_new"}},
		"identities[0][object_type]=":                                           {{}},
		"identities[0][object_id]=x":                                            {{ObjectID: nothing}},
		"identities[0][id]=1&identities=2&x[0][id]=3":                           nil,
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, meant(values)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
	}
}

func FuzzMeant(f *testing.F) {
	f.Add("notifications[0][id]=1&identities[0][object_type]=user&identities[0][object_id]=7")
	f.Add("identities[=1&notifications][id]=1&[][]=&identities[][][category]=x")
	f.Fuzz(func(t *testing.T, query string) {
		form, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		all := meant(form)
		if len(all) > maxIdentities {
			t.Errorf("%d identities", len(all))
		}
		for _, which := range all {
			if len(which.IDs) > notifications.MaxPage || which.ObjectID < 0 {
				t.Errorf("%+v", which)
			}
		}
	})
}
