package panel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ims/internal/bank"
)

func savedViewRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/views/new", need: signedIn, page: (*visit).askView},
		{method: http.MethodPost, path: "/views/new", need: signedIn, page: (*visit).saveView},
		{method: http.MethodGet, path: "/views/{id}", need: signedIn, page: (*visit).savedView},
		{method: http.MethodPost, path: "/views/{id}", need: signedIn, page: (*visit).changeView},
		{method: http.MethodGet, path: "/views/{id}/remove", need: signedIn, page: (*visit).askRemoveView},
		{method: http.MethodPost, path: "/views/{id}/remove", need: signedIn, page: (*visit).removeView},
	}
}

// viewParameter names the view of a list in its address.
const viewParameter = "view"

// keepsViews tells whether views of a list can be kept: it stands in the navigation, and belongs to no object.
func (v *visit) keepsViews(path string) bool {
	return v.actor.Kind == bank.ActorOperator && slices.ContainsFunc(v.routes, func(r route) bool { return r.entry != "" && r.path == path && r.allows(v.actor) })
}

// savedViews are the views that the operator sees of a list; none of a list that keeps none.
func (v *visit) savedViews(path string) ([]bank.SavedView, error) {
	if !v.keepsViews(path) {
		return nil, nil
	}
	return v.Access.SavedViews(v.r.Context(), v.actor, path)
}

// take makes the query that of a saved view, if the address names one that there is: its columns hold.
func (q *query) take(views []bank.SavedView, id string) {
	for _, view := range views {
		if view.ID.String() != id {
			continue
		}
		q.view = id
		if names := strings.Split(view.Columns, ","); view.Columns != "" {
			q.columns = names
		}
	}
}

// viewHref is the address of a saved view.
func viewHref(view bank.SavedView) string {
	values, err := url.ParseQuery(view.Query)
	if err != nil {
		values = url.Values{}
	}
	values.Set(viewParameter, view.ID.String())
	return withQuery(view.List, values)
}

// own tells whether a view is the operator's: others' can be used, not changed.
func (v *visit) own(view bank.SavedView) bool { return strings.EqualFold(view.Owner, v.actor.Name) }

// keepHref is where the list as it is now is kept as a view.
func (p rows[R]) keepHref() string {
	return withQuery("/views/new", url.Values{"of": {p.at(viewParameter, "", "size", "")}, "columns": {strings.Join(p.q.columns, ",")}})
}

// viewForm is the form of a view, new or kept.
type viewForm struct {
	view  bank.SavedView
	fault string // of the name
	whole string
}

// given reads what a form or a link says of a new view; it must be of a list that keeps some.
func (v *visit) givenView() (bank.SavedView, error) {
	u, err := url.Parse(localPath(v.r.FormValue("of")))
	if err != nil || !v.keepsViews(u.Path) {
		return bank.SavedView{}, bank.ErrNotFound.With("there is no such list")
	}
	values := u.Query()
	for _, name := range []string{viewParameter, "cursor", "format"} {
		values.Del(name)
	}
	return bank.SavedView{List: u.Path, Query: values.Encode(), Columns: v.r.FormValue("columns"), Name: strings.TrimSpace(v.r.PostFormValue("name")),
		Shared: v.r.PostFormValue("shared") != ""}, nil
}

func (v *visit) askView() error {
	view, err := v.givenView()
	if err != nil {
		return err
	}
	return v.show(v.T("views.keepTitle"), viewPage(v, viewForm{view: view}))
}

func (v *visit) saveView() error {
	view, err := v.givenView()
	if err != nil {
		return err
	}
	kept, err := v.Access.SaveView(v.r.Context(), v.actor, view)
	if err != nil {
		return v.refusedView(view, err)
	}
	v.say("views.kept", kept.Name)
	return v.redirect(viewHref(kept))
}

// refusedView shows the form again with what is wrong.
func (v *visit) refusedView(view bank.SavedView, err error) error {
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.answer(http.StatusUnprocessableEntity, v.T("views.keepTitle"), viewPage(v, viewForm{view, faults["name"], whole}))
}

func (v *visit) viewOfPath() (bank.SavedView, error) {
	id, err := v.id()
	if err != nil {
		return bank.SavedView{}, err
	}
	return v.Access.SavedView(v.r.Context(), v.actor, id)
}

func (v *visit) savedView() error {
	view, err := v.viewOfPath()
	if err != nil {
		return err
	}
	return v.show(view.Name, viewPage(v, viewForm{view: view}))
}

func (v *visit) changeView() error {
	view, err := v.viewOfPath()
	if err != nil {
		return err
	}
	view.Name, view.Shared = strings.TrimSpace(v.r.PostFormValue("name")), v.r.PostFormValue("shared") != ""
	changed, err := v.Access.ChangeView(v.r.Context(), v.actor, view.ID, view.Name, view.Shared)
	if err != nil {
		return v.refusedView(view, err)
	}
	v.say("views.changed", changed.Name)
	return v.redirect(viewHref(changed))
}

func (v *visit) askRemoveView() error {
	view, err := v.viewOfPath()
	if err != nil {
		return err
	}
	home, text := "/views/"+view.ID.String(), v.T("views.removeText")
	if view.Shared {
		text = v.T("views.removeShared")
	}
	return v.show(v.T("views.removeTitle", view.Name), askPage(v, ask{title: v.T("views.removeTitle", view.Name), text: text, action: home + "/remove", back: home,
		button: v.T("views.remove"), danger: true}))
}

func (v *visit) removeView() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	view, err := v.Access.RemoveView(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	v.say("views.removed", view.Name)
	return v.redirect(view.List)
}
