/** What would run if any page took text for HTML, in each of the places where people put text. */
export const HOSTILE = '"><img src=x onerror="window.ran=1"><script>window.ran=1</script>javascript:window.ran=1{{7*7}}'
