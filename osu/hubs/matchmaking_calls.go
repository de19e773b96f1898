package hubs

import "github.com/tinylib/msgp/msgp"

// MatchmakingJoinLobbyRequest asks to see a pool.
type MatchmakingJoinLobbyRequest struct{ PoolID int32 }

// MatchmakingJoinLobbyResponse has no members.
type MatchmakingJoinLobbyResponse struct{}

// MatchmakingIssueDuelRequest asks to challenge somebody.
type MatchmakingIssueDuelRequest struct {
	UserID int32
	PoolID int32
}

// MatchmakingIssueDuelResponse has no members.
type MatchmakingIssueDuelResponse struct{}

// MatchmakingAcceptDuelRequest takes up a challenge.
type MatchmakingAcceptDuelRequest struct{ ID GUID }

// MatchmakingAcceptDuelResponse has no members.
type MatchmakingAcceptDuelResponse struct{}

// MatchmakingRoomInvitationParams says what somebody is invited to.
type MatchmakingRoomInvitationParams struct{ Type MatchmakingPoolType }

// MatchmakingDuelIssuedParams tells of a challenge.
type MatchmakingDuelIssuedParams struct {
	ID     GUID
	UserID int32
	Pool   MatchmakingPool
}

// AppendMsg appends the request.
func (q *MatchmakingJoinLobbyRequest) AppendMsg(b []byte) []byte {
	if q == nil {
		return msgp.AppendNil(b)
	}
	return appendInt(begin(b, 1), q.PoolID)
}

// ReadMsg reads a request.
func (q *MatchmakingJoinLobbyRequest) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	q.PoolID = readOnlyInt32(&r)
	return r.end("MatchmakingJoinLobbyRequest")
}

// AppendMsg appends the request.
func (q *MatchmakingIssueDuelRequest) AppendMsg(b []byte) []byte {
	if q == nil {
		return msgp.AppendNil(b)
	}
	return appendInt(appendInt(begin(b, 2), q.UserID), q.PoolID)
}

// ReadMsg reads a request.
func (q *MatchmakingIssueDuelRequest) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	*q = MatchmakingIssueDuelRequest{}
	n := r.begin()
	if n > 0 {
		q.UserID = r.int32()
	}
	if n > 1 {
		q.PoolID = r.int32()
	}
	r.rest(n - 2)
	return r.end("MatchmakingIssueDuelRequest")
}

// AppendMsg appends the request.
func (q *MatchmakingAcceptDuelRequest) AppendMsg(b []byte) []byte {
	if q == nil {
		return msgp.AppendNil(b)
	}
	return q.ID.appendTo(begin(b, 1))
}

// ReadMsg reads a request.
func (q *MatchmakingAcceptDuelRequest) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	q.ID = readOnlyGUID(&r)
	return r.end("MatchmakingAcceptDuelRequest")
}

// AppendMsg appends the parameters.
func (p *MatchmakingRoomInvitationParams) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	return appendInt(begin(b, 1), p.Type)
}

// ReadMsg reads parameters.
func (p *MatchmakingRoomInvitationParams) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	p.Type = MatchmakingPoolType(readOnlyInt32(&r))
	return r.end("MatchmakingRoomInvitationParams")
}

// AppendMsg appends the parameters.
func (p *MatchmakingDuelIssuedParams) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	b = p.ID.appendTo(begin(b, 3))
	b = appendInt(b, p.UserID)
	return p.Pool.AppendMsg(b)
}

// ReadMsg reads parameters.
func (p *MatchmakingDuelIssuedParams) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	*p = MatchmakingDuelIssuedParams{}
	n := r.begin()
	if n > 0 {
		p.ID = r.guid()
	}
	if n > 1 {
		p.UserID = r.int32()
	}
	if n > 2 {
		p.Pool.read(&r)
	}
	r.rest(n - 3)
	return r.end("MatchmakingDuelIssuedParams")
}

// AppendMsg appends the response.
func (p *MatchmakingJoinLobbyResponse) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	return begin(b, 0)
}

// ReadMsg reads a response.
func (p *MatchmakingJoinLobbyResponse) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	r.empty()
	return r.end("MatchmakingJoinLobbyResponse")
}

// AppendMsg appends the response.
func (p *MatchmakingIssueDuelResponse) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	return begin(b, 0)
}

// ReadMsg reads a response.
func (p *MatchmakingIssueDuelResponse) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	r.empty()
	return r.end("MatchmakingIssueDuelResponse")
}

// AppendMsg appends the response.
func (p *MatchmakingAcceptDuelResponse) AppendMsg(b []byte) []byte {
	if p == nil {
		return msgp.AppendNil(b)
	}
	return begin(b, 0)
}

// ReadMsg reads a response.
func (p *MatchmakingAcceptDuelResponse) ReadMsg(b []byte) ([]byte, error) {
	r := reader{b: b}
	r.empty()
	return r.end("MatchmakingAcceptDuelResponse")
}
