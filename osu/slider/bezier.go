package slider

// bspline appends a clamped uniform B-spline of the given degree, from 1 to one less than the number of points: a Bézier curve
// for the highest degree.
func (p *Path) bspline(points []ControlPoint, degree int) error {
	p.curve = p.curve[:0]
	for i := range points {
		p.curve = append(p.curve, points[i].Position)
	}
	last := len(points) - 1
	end := p.curve[last]
	// A knot is inserted degree-1 times at each inner point (Boehm's algorithm), which leaves the control points of a Bézier
	// curve between every two knots. Each is drawn before the next is made.
	for i := range last - degree {
		if err := p.spend(degree * degree); err != nil {
			return err
		}
		p.pending = append(p.pending[:0], p.curve[i])
		for j := range degree - 1 {
			p.pending = append(p.pending, p.curve[i+1])
			for k := 1; k < degree-j; k++ {
				l := min(k, last-degree-i)
				p.curve[i+k] = p.curve[i+k].Mul(float32(l)).Add(p.curve[i+k+1]).Div(float32(l + 1))
			}
		}
		p.pending = append(p.pending, p.curve[i+1])
		if err := p.bezier(degree + 1); err != nil {
			return err
		}
	}
	p.pending = append(p.pending[:0], p.curve[last-degree:]...)
	if err := p.bezier(degree + 1); err != nil {
		return err
	}
	p.vertices = append(p.vertices, end)
	return nil
}

// spend takes n of the steps that the path may take.
func (p *Path) spend(n int) error {
	if p.steps += n; p.steps > maxSteps {
		return ErrTooComplex
	}
	return nil
}

// bezier appends the Bézier curve of the n control points in p.pending, without its last vertex.
func (p *Path) bezier(n int) error {
	switch n {
	case 2:
		p.vertices = append(p.vertices, p.pending[0])
		return nil
	case 3:
		return p.quadratic(p.pending[0], p.pending[1], p.pending[2], maxDepth)
	case 4:
		return p.cubic(p.pending[0], p.pending[1], p.pending[2], p.pending[3], maxDepth)
	}
	if cap(p.split) < 2*n {
		p.split = make([]Vector, 2*n)
	}
	for top := 0; top >= 0; {
		if err := p.spend(n * n / 2); err != nil {
			return err
		}
		c := p.pending[top*n : top*n+n]
		if flat(c) {
			if err := p.room(n); err != nil {
				return err
			}
			p.vertices = append(p.vertices, c[0])
			both := p.split[:2*n-1]
			halve(c, both[:n], both[n-1:])
			for i := 2; i < 2*n-3; i += 2 {
				p.vertices = append(p.vertices, smooth(both[i-1], both[i], both[i+1]))
			}
			top--
			continue
		}
		if top == maxDepth {
			return ErrTooComplex
		}
		// The right half takes the place of the curve, the left half goes on top of it: the path is drawn from its head.
		if need := (top + 2) * n; len(p.pending) < need {
			p.pending = append(p.pending, make([]Vector, need-len(p.pending))...)
			c = p.pending[top*n : top*n+n]
		}
		halve(c, p.pending[(top+1)*n:(top+2)*n], c)
		top++
	}
	return nil
}

// quadratic is bezier for three control points: most sliders are made of them.
func (p *Path) quadratic(a, b, c Vector, depth int) error {
	ab, bc := middle(a, b), middle(b, c)
	mid := middle(ab, bc)
	if !(bend(a, b, c) > flatTolerance) {
		if len(p.vertices)+2 > MaxVertices {
			return ErrTooComplex
		}
		p.vertices = append(p.vertices, a, smooth(ab, mid, bc))
		return nil
	}
	if depth--; depth < 0 {
		return ErrTooComplex
	}
	if err := p.quadratic(a, ab, mid, depth); err != nil {
		return err
	}
	return p.quadratic(mid, bc, c, depth)
}

// cubic is bezier for four control points.
func (p *Path) cubic(a, b, c, d Vector, depth int) error {
	ab, bc, cd := middle(a, b), middle(b, c), middle(c, d)
	abc, bcd := middle(ab, bc), middle(bc, cd)
	mid := middle(abc, bcd)
	if !(bend(a, b, c) > flatTolerance || bend(b, c, d) > flatTolerance) {
		if len(p.vertices)+3 > MaxVertices {
			return ErrTooComplex
		}
		p.vertices = append(p.vertices, a, smooth(ab, abc, mid), smooth(mid, bcd, cd))
		return nil
	}
	if depth--; depth < 0 {
		return ErrTooComplex
	}
	if err := p.cubic(a, ab, abc, mid, depth); err != nil {
		return err
	}
	return p.cubic(mid, bcd, cd, d, depth)
}

// room makes sure that n more vertices are allowed.
func (p *Path) room(n int) error {
	if len(p.vertices)+n > MaxVertices {
		return ErrTooComplex
	}
	return nil
}

// flat says whether a curve's second differences are so small that its control points describe it well enough.
func flat(c []Vector) bool {
	for i := 1; i < len(c)-1; i++ {
		if bend(c[i-1], c[i], c[i+1]) > flatTolerance {
			return false
		}
	}
	return true
}

func bend(a, b, c Vector) float32 {
	return Vector{a.X - 2*b.X + c.X, a.Y - 2*b.Y + c.Y}.LengthSquared()
}

// smooth is a vertex of a flat curve, from the control points of its halves around it.
func smooth(a, b, c Vector) Vector {
	return Vector{0.25 * (a.X + 2*b.X + c.X), 0.25 * (a.Y + 2*b.Y + c.Y)}
}

func middle(a, b Vector) Vector { return Vector{(a.X + b.X) / 2, (a.Y + b.Y) / 2} }

// halve splits curve c in two halves with as many control points (De Casteljau's algorithm). The right half may be c itself;
// the left half may share its last element with the first of the right half.
func halve(c, left, right []Vector) {
	n := len(c)
	if &right[0] != &c[0] {
		copy(right, c)
	}
	for i := range n {
		left[i] = right[0]
		for j := range n - i - 1 {
			right[j] = middle(right[j], right[j+1])
		}
	}
}
