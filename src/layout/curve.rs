//! Smooth curves along routes.

use super::Point;

/// A smooth curve along a route of [`super::Drawing::routes`], from its first point on: cubic Bézier curves, each as two
/// control points and its end. It is vertical where the route is, and between ranks all curves have the same shape: it runs
/// through boxes and crosses others only where the route does.
pub fn curve(route: &[Point]) -> Vec<[Point; 3]> {
    // A loop beside its box: out, along, and back.
    if let &[start, out, back, end] = route
        && start.y == out.y
        && back.y == end.y
        && out.x == back.x
        && start.x != out.x
    {
        return vec![[out, back, end]];
    }
    let piece = |ends: &[Point]| {
        let (start, end) = (ends[0], ends[1]);
        let middle = start.y + (end.y - start.y) / 2.0;
        let control = |x: f64| Point { x, y: middle };
        [control(start.x), control(end.x), end]
    };
    route.windows(2).map(piece).collect()
}
