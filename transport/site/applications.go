package site

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
)

const applications = account + "/applications"

// draft is an application as it is being written.
type draft struct{ Name, Redirects string }

type applicationsData struct {
	Owned []oauth.Application
	New   draft
	Full  bool
}

func (s *Server) showApplications(v *visit) error { return s.list(v, http.StatusOK, "", draft{}) }

func (s *Server) list(v *visit, status int, text string, d draft) error {
	owned, err := s.deps.OAuth.Owned(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	v.show(status, "applications", view{
		Title: "Your applications", Notice: v.notice(), Problem: text,
		Data: applicationsData{Owned: owned, New: d, Full: len(owned) >= oauth.MaxApplications},
	})
	return nil
}

// filledIn reads the form of an application.
func (v *visit) filledIn(id int64) (oauth.Application, draft) {
	d := draft{Name: v.field("name"), Redirects: v.field("redirects")}
	return oauth.Application{ID: id, OwnerID: v.user.ID, Name: strings.TrimSpace(d.Name), Redirects: strings.Fields(d.Redirects)}, d
}

func (s *Server) createApplication(v *visit) error {
	a, d := v.filledIn(0)
	made, err := s.deps.OAuth.Create(v.ctx(), a)
	if errors.Is(err, oauth.ErrBadApplication) || errors.Is(err, oauth.ErrTooMany) {
		return s.list(v, http.StatusUnprocessableEntity, sentence(fault.As(err).Message), d)
	}
	if err != nil {
		return err
	}
	v.showApplicationOf(http.StatusOK, "", made, draftOf(made))
	return nil
}

func draftOf(a oauth.Application) draft { return draft{a.Name, strings.Join(a.Redirects, "\n")} }

type applicationData struct {
	Application oauth.Application
	Draft       draft
}

func (v *visit) showApplicationOf(status int, text string, a oauth.Application, d draft) {
	v.show(status, "application", view{Title: a.Name, Notice: v.notice(), Problem: text, Data: applicationData{a, d}})
}

// named returns the application of the address, if it is the visitor's.
func (s *Server) named(v *visit) (oauth.Application, error) {
	id, err := v.id()
	if err != nil {
		return oauth.Application{}, err
	}
	a, err := s.deps.OAuth.Application(v.ctx(), id)
	if err == nil && a.OwnerID != v.user.ID {
		err = oauth.ErrNoApplication
	}
	return a, err
}

func (v *visit) id() (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(v.r, "id"), 10, 64)
	if err != nil {
		return 0, errNotFound
	}
	return id, nil
}

func (s *Server) showApplication(v *visit) error {
	a, err := s.named(v)
	if err != nil {
		return err
	}
	v.showApplicationOf(http.StatusOK, "", a, draftOf(a))
	return nil
}

func (s *Server) changeApplication(v *visit) error {
	old, err := s.named(v)
	if err != nil {
		return err
	}
	a, d := v.filledIn(old.ID)
	_, err = s.deps.OAuth.Change(v.ctx(), a)
	if errors.Is(err, oauth.ErrBadApplication) {
		v.showApplicationOf(http.StatusUnprocessableEntity, sentence(fault.As(err).Message), old, d)
		return nil
	}
	if err != nil {
		return err
	}
	v.redirect(applications + "/" + strconv.FormatInt(old.ID, 10) + "?done=changed")
	return nil
}

func (s *Server) renewApplication(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	renewed, err := s.deps.OAuth.Renew(v.ctx(), v.user.ID, id)
	if err != nil {
		return err
	}
	v.showApplicationOf(http.StatusOK, "", renewed, draftOf(renewed))
	return nil
}

func (s *Server) deleteApplication(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := s.deps.OAuth.Delete(v.ctx(), v.user.ID, id); err != nil {
		return err
	}
	v.redirect(applications + "?done=deleted")
	return nil
}

// granted is an application that acts for the visitor, with the name of its owner.
type granted struct {
	oauth.Application
	Owner string
}

func (s *Server) showAuthorized(v *visit) error {
	list, err := s.deps.OAuth.Authorized(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	names, err := s.names(v, list)
	if err != nil {
		return err
	}
	rows := make([]granted, len(list))
	for i, a := range list {
		rows[i] = granted{a, names[a.OwnerID]}
	}
	v.show(http.StatusOK, "authorised", view{Title: "Applications that act for you", Notice: v.notice(), Data: rows})
	return nil
}

// names returns what the owners of applications are called.
func (s *Server) names(v *visit, list []oauth.Application) (map[int32]string, error) {
	names := map[int32]string{}
	if len(list) == 0 {
		return names, nil
	}
	ids := make([]int32, len(list))
	for i, a := range list {
		ids[i] = a.OwnerID
	}
	found, err := s.deps.Users.Get(v.ctx(), ids)
	for _, u := range found {
		names[u.ID] = u.Name
	}
	return names, err
}

func (s *Server) withdraw(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := s.deps.OAuth.Withdraw(v.ctx(), v.user.ID, id); err != nil {
		return err
	}
	v.redirect(account + "/authorised?done=withdrawn")
	return nil
}
