import type { Surface } from '../finding.ts'

const SHOWN_MAX = 5

/** The four points as lines of a report. */
export function surfaceLines({ ingestion_points, boundary_markers, capability_inventory, sanitization }: Surface): string[] {
  const told = (places: readonly string[]): string => {
    const more = places.length > SHOWN_MAX ? `, and ${places.length - SHOWN_MAX} more` : ''
    return places.length === 0 ? 'none' : `${places.slice(0, SHOWN_MAX).join(', ')}${more}`
  }
  return [
    `Ingestion points: ${told(ingestion_points)}`,
    `Boundary markers: ${told(boundary_markers)}`,
    `Capability inventory: ${told(capability_inventory)}`,
    `Sanitization: ${told(sanitization)}`,
  ]
}
