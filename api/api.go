package api

import _ "embed" // the documents

//go:generate go test ims/internal/serverapi -run ^TestDocumentIsCommitted$ -count 1 -update
//go:generate ../scripts/sdk generate

// Server is the document of the server API, OpenAPI 3.1 as YAML. It is not to be changed.
//
//go:embed server.yaml
var Server []byte
