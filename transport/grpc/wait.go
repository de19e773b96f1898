package peer

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
)

// maxWait bounds what a request can add to the time of its call.
const maxWait = time.Minute

// waitOf returns how long a request asks to be kept waiting: a field `google.protobuf.Duration wait`, by convention, says so
// and adds to the time a call may take. For one in a message of the request, protoc-gen-peace writes the request's GetWait.
func waitOf(req any) time.Duration {
	if r, ok := req.(interface{ GetWait() *durationpb.Duration }); ok {
		return min(max(r.GetWait().AsDuration(), 0), maxWait)
	}
	return 0
}
