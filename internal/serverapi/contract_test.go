package serverapi

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"ims/api"
	"ims/internal/web/webtest"
)

// contract loads the committed document.
func contract(t testing.TB) *openapi3.T {
	t.Helper()
	return webtest.Load(t, api.Server)
}
