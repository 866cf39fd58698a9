package api

import _ "embed" // the documents

//go:generate go test ims/internal/serverapi ims/internal/mobileapi -run ^TestDocumentIsCommitted$ -count 1 -update

// Server is the document of the server API, OpenAPI 3.1 as YAML. It is not to be changed.
//
//go:embed server.yaml
var Server []byte

// Mobile is the document of the mobile API.
//
//go:embed mobile.yaml
var Mobile []byte
