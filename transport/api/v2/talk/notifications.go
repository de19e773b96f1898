package talk

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/notifications"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/http/realip"
)

// FeedPath is where the notification socket is, beside the API.
const FeedPath = "/home/notifications/feed"

// pageOfNotifications is how many an answer has.
const pageOfNotifications = 50

// bundle is a page of notifications. Stacks and types group them on the official website, which reads them from the
// notifications when they are empty.
type bundle struct {
	HasMore              bool                    `json:"has_more"`
	Notifications        []resource.Notification `json:"notifications"`
	Stacks               []struct{}              `json:"stacks"`
	Timestamp            resource.Time           `json:"timestamp"`
	Types                []struct{}              `json:"types"`
	UnreadCount          int                     `json:"unread_count"`
	NotificationEndpoint string                  `json:"notification_endpoint"`
}

// notifications answers GET notifications, newest first. Every connection of lazer begins with it, for the address.
func (a *Area) notifications(ctx context.Context, r *v2.Request) (any, error) {
	answer := bundle{
		Notifications: []resource.Notification{}, Stacks: []struct{}{}, Types: []struct{}{}, Timestamp: resource.At(time.Now()),
		NotificationEndpoint: a.endpoint(r),
	}
	if a.deps.Notifications == nil {
		return answer, nil
	}
	before, err := number("cursor", r.Text("cursor[id]"))
	if err != nil {
		return nil, err
	}
	if before == 0 {
		newest, err := number("max_id", r.Text("max_id"))
		if err != nil {
			return nil, err
		}
		if newest > 0 {
			before = newest + 1
		}
	}
	list, unread, err := a.deps.Notifications.List(ctx, r.UserID(), max(before, 0), pageOfNotifications+1, r.Flag("unread"))
	if err != nil {
		return nil, err
	}
	answer.UnreadCount, answer.HasMore = unread, len(list) > pageOfNotifications
	for _, n := range list[:min(len(list), pageOfNotifications)] {
		answer.Notifications = append(answer.Notifications, resource.NotificationOf(n))
	}
	return answer, nil
}

// endpoint is the absolute address of the socket: that of the configuration, or on the host that was asked.
func (a *Area) endpoint(r *v2.Request) string {
	if a.config.NotificationEndpoint != "" {
		return a.config.NotificationEndpoint
	}
	u := url.URL{Scheme: "ws", Host: r.Host, Path: FeedPath}
	if realip.Scheme(r.Request) == "https" {
		u.Scheme = "wss"
	}
	return u.String()
}

// markRead answers POST notifications/mark-read. What is meant are notifications[…][id] or identities[…] of object_type, object_id
// and category, as the official website sends them.
func (a *Area) markRead(ctx context.Context, r *v2.Request) (any, error) {
	form, err := r.Form(maxForm)
	if err != nil || a.deps.Notifications == nil {
		return nil, err
	}
	for _, which := range meant(form) {
		if err := a.deps.Notifications.MarkRead(ctx, r.UserID(), which); err != nil {
			return nil, err
		}
	}
	return nil, nil //nolint:nilnil // 204
}

// maxIdentities bounds the identities of one request.
const maxIdentities = 20

// categories that are not called as the one name that is in them (ppy/osu-web app/Models/Notification.php).
var categories = map[string]string{"announcement": "channel_announcement", "channel": "channel_message", "comment": "comment_new"}

// meant reads which notifications a form names. Those of another shape are left out.
func meant(form url.Values) []notifications.Which {
	var ids []int64
	identities := map[string]*notifications.Which{}
	var order []string
	for _, name := range sortedKeys(form) {
		list, rest, ok := strings.Cut(name, "[")
		key, field, nested := strings.Cut(rest, "][")
		field = strings.TrimSuffix(field, "]")
		if !ok || !nested {
			continue
		}
		switch {
		case list == "notifications" && field == "id":
			for _, text := range form[name] {
				if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 && len(ids) < notifications.MaxPage {
					ids = append(ids, id)
				}
			}
		case list == "identities" && identifying[field] && (identities[key] != nil || len(order) < maxIdentities):
			if identities[key] == nil {
				identities[key] = new(notifications.Which)
				order = append(order, key)
			}
			identify(identities[key], field, form.Get(name))
		}
	}
	if len(ids) > 0 {
		return []notifications.Which{{IDs: ids}}
	}
	var all []notifications.Which
	for _, key := range order {
		all = append(all, *identities[key])
	}
	return all
}

// identifying are the fields of an identity; one that has none of them means nothing, rather than everything.
var identifying = map[string]bool{"object_type": true, "object_id": true, "category": true}

// nothing is an id that no object has.
const nothing = 1<<63 - 1

func identify(which *notifications.Which, field, value string) {
	switch field {
	case "object_type":
		which.ObjectType = value
	case "object_id":
		id, err := strconv.ParseInt(value, 10, 64)
		if err != nil || id <= 0 {
			id = nothing
		}
		which.ObjectID = id
	case "category":
		which.Name = value
		if name, ok := categories[value]; ok {
			which.Name = name
		}
	}
}

func sortedKeys(form url.Values) []string {
	var names []string
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
