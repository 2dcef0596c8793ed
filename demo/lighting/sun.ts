const dayMs = 86_400_000;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/**
 * Height of the sun over the horizon in degrees, good to a degree: enough to switch lights.
 * @param latitude, longitude WGS84
 */
export function sunElevationDeg(now: Date, latitude: number, longitude: number): number {
  const yearStart = Date.UTC(now.getUTCFullYear(), 0, 1);
  const dayOfYear = (now.getTime() - yearStart) / dayMs;
  const declination = radians(-23.44) * Math.cos((2 * Math.PI * (dayOfYear + 10)) / 365.25);
  const hourUtc = (now.getTime() % dayMs) / 3_600_000;
  const hourAngle = radians(15 * (hourUtc + longitude / 15 - 12));
  const phi = radians(latitude);
  const sine = Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle);
  return (Math.asin(sine) * 180) / Math.PI;
}
