//! Lines without corners.

use super::Point;

/// A smooth way along a route of [`super::Drawing::routes`], from its first point: cubic Bézier curves, each as two
/// control points and its end. It is vertical where the route is, and stays between the corners of each piece, so it
/// runs through a box or across a line only where the route does.
pub fn curve(route: &[Point]) -> Vec<[Point; 3]> {
    // A loop beside its box: out, along, and back.
    if let &[start, out, back, end] = route
        && start.y == out.y
        && out.x == back.x
        && start.x == end.x
        && start.x != out.x
    {
        return vec![[out, back, end]];
    }
    let piece = |ends: &[Point]| {
        let (start, end) = (ends[0], ends[1]);
        let middle = start.y + (end.y - start.y) / 2.0;
        [Point { x: start.x, y: middle }, Point { x: end.x, y: middle }, end]
    };
    route.windows(2).map(piece).collect()
}
