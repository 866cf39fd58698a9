// Shows the documents that the page names. Nothing is asked of anybody but the service itself: the policy of the page
// would not let it through either.
(function () {
  var place = document.getElementById('reference')
  window.Scalar.createApiReference(place, {
    sources: JSON.parse(place.dataset.documents),
    theme: 'default',
    withDefaultFonts: false,
    telemetry: false,
    persistAuth: false,
    proxyUrl: '',
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true }
  })
})()
