import { assert } from 'chai';
import { readChirpStack } from '../../adapters/lorawan/chirpstack.ts';
import { decode } from '../../adapters/lorawan/codecs/decode.ts';
import type { Message } from '../../adapters/lorawan/message.ts';
import { codecFor } from '../../adapters/lorawan/reading.ts';
import { readTheThingsStack } from '../../adapters/lorawan/the-things-stack.ts';
import { buildings, readingOf } from '../../demo/energy/buildings.ts';
import { hours } from '../../demo/fleet-clock.ts';
import { communes, isInside } from '../../demo/geography/communes.ts';
import { Light } from '../../demo/lighting/light.ts';
import { luminaireFleet } from '../../demo/lighting/luminaires.ts';
import { containerFleet, frameOf, tagsOf } from '../../demo/waste/containers.ts';
import { chirpStackUplink, theThingsStackUplink } from '../../demo/waste/envelopes.ts';
import { turbinePlaces } from '../../demo/wind/index.ts';
import { statusOf, turbineRecordings } from '../../demo/wind/recording.ts';

const communeOf = (insee: string) => {
  const commune = communes.find((candidate) => candidate.insee === insee);
  assert.isDefined(commune, insee);
  return commune;
};
const evening = new Date('2026-11-22T18:00:00+01:00');

describe('the demonstration fleet', () => {
  it('stands inside the commune it names, every device of it', () => {
    const places = [
      ...luminaireFleet(520).map(({ id, place }) => ({
        id,
        position: place.position,
        insee: place.street.commune.insee,
      })),
      ...containerFleet(220).map(({ name, place }) => ({
        id: name,
        position: place.position,
        insee: place.street.commune.insee,
      })),
      ...turbinePlaces.map(({ coordinates, commune }) => ({
        id: 'turbine',
        position: [...coordinates],
        insee: commune,
      })),
      ...buildings.map(({ id, coordinates, commune }) => ({ id, position: [...coordinates], insee: commune })),
    ];
    assert.isAtLeast(places.length, 4 + 200 + 500 + 8);
    for (const { id, position, insee } of places) {
      assert.isTrue(isInside(position, communeOf(insee).outline), `${id} at ${position} is not in ${insee}`);
    }
  });

  it('reaches all eight communes with lights and containers', () => {
    const of = (fleet: readonly { place: { street: { commune: { insee: string } } } }[]) =>
      new Set(fleet.map(({ place }) => place.street.commune.insee)).size;
    assert.equal(of(luminaireFleet(520)), 8);
    assert.equal(of(containerFleet(220)), 8);
  });

  it('is the same at every start', () => {
    const shown = () => [
      luminaireFleet(520).map(({ id, name, place, ratedPowerW }) => [id, name, place.position, ratedPowerW]),
      containerFleet(220).map(({ devEui, name, place, sensor }) => [devEui, name, place.position, sensor.model]),
    ];
    assert.deepEqual(shown(), shown());
  });

  it('keeps the devices it had when more are asked for', () => {
    const few = containerFleet(20).map(({ devEui, name }) => [devEui, name]);
    assert.deepEqual(
      containerFleet(220)
        .slice(0, 20)
        .map(({ devEui, name }) => [devEui, name]),
      few,
    );
  });

  it('sends frames that the adapter decodes to the level of the container, in the envelopes of both network servers', () => {
    const models = new Set<string>();
    for (const container of containerFleet(220)) {
      const level = container.filling.levelAt(evening);
      const frame = frameOf(container, evening);
      const tags = tagsOf(container, 60);
      const receivedAt = new Date();
      const messages = [
        readTheThingsStack(
          theThingsStackUplink(container, { frame, application: 'a', attributes: tags, receivedAt }),
          'tts',
        ),
        readChirpStack(
          JSON.parse(JSON.stringify(chirpStackUplink(container, { frame, tags, receivedAt }))),
          'up',
          'cs',
        ),
      ];
      for (const message of messages) {
        assert.equal(message.event, 'up');
        const { device, payload, fPort } = message as Message & { event: 'up' };
        const codec = codecFor(device);
        assert.equal(codec?.model, `${container.sensor.brand}/${container.sensor.model}`);
        if (!codec) continue;
        const { values } = decode(codec, payload, fPort);
        const computed = 1 - (Number(values.distanceMm) - container.kind.emptyMm) / container.kind.depthMm;
        assert.approximately(computed, level, 0.05, `${container.name} ${payload.toString('hex')}`);
        models.add(codec.model);
      }
    }
    assert.isAtLeast(models.size, 6);
  });

  it('fills and empties containers within a fortnight', () => {
    let risen = 0;
    let emptied = 0;
    for (const { filling } of containerFleet(60)) {
      let before = filling.levelAt(evening);
      for (let hour = 1; hour <= 24 * 14; hour += 1) {
        const level = filling.levelAt(new Date(evening.getTime() + hours(hour)));
        assert.isTrue(level >= 0 && level <= 1);
        if (level > before) risen += 1;
        if (level < before) emptied += 1;
        before = level;
      }
    }
    assert.isAbove(risen, 60 * 24 * 7);
    assert.isAtLeast(emptied, 60);
  });

  it('plays real recordings: four turbines, gaps kept, states that fit power and wind', () => {
    assert.equal(turbineRecordings.size, 4);
    for (const [turbine, rows] of turbineRecordings) {
      assert.isAbove(rows.length, 1_700, turbine);
      const readings = rows.filter((row) => row !== undefined);
      assert.isAbove(readings.filter((reading) => statusOf(reading) === 'producing').length, 1_000);
      for (const { activePowerKw, windSpeedMs, windDirectionDeg = 0 } of readings) {
        assert.isTrue(activePowerKw > -100 && activePowerKw < 2_200, String(activePowerKw));
        assert.isTrue(windSpeedMs >= 0 && windSpeedMs < 40, String(windSpeedMs));
        assert.isTrue(windDirectionDeg >= 0 && windDirectionDeg <= 360, String(windDirectionDeg));
      }
    }
    const gaps = [...turbineRecordings.values()].flat().filter((row) => row === undefined).length;
    assert.isAbove(gaps, 100);
  });

  it('draws power within what each building has contracted, and feeds in where there is a roof', () => {
    for (const [index, building] of buildings.entries()) {
      const powers = Array.from({ length: 96 * 7 }, (_, row) => readingOf(building, index, row).activePowerKw);
      assert.isAtMost(Math.max(...powers), building.subscribedPowerKw);
      assert.isAbove(Math.max(...powers) - Math.min(...powers), building.subscribedPowerKw * 0.2);
    }
  });
});

describe('a light of the demonstration', () => {
  const light = () => {
    const luminaire = luminaireFleet(520).find(({ sleepsAtNight, place }) => !sleepsAtNight && place.street.isMain);
    assert.isDefined(luminaire);
    const fresh = new Light(luminaire);
    return fresh;
  };
  const at = (time: string) => new Date(`2026-11-${time}:00+01:00`);

  it('is off by day, on at nightfall, reduced in the small hours', function () {
    const one = light();
    one.advance(at('22T12:00'));
    if (one.state(evening).status !== 'ok') this.skip();
    assert.equal(one.state(evening).powerState, 'off');
    one.advance(at('22T18:30'));
    assert.equal(one.state(evening).dimming, 100);
    one.advance(at('23T02:00'));
    assert.deepInclude(one.state(evening), { dimming: 50, powerState: 'low' });
  });

  it('obeys a dim command and says which, until its programme goes on', () => {
    const one = light();
    one.advance(at('22T18:30'));
    assert.isTrue(one.obey({ id: 'command-1', dimming: 40 }));
    one.advance(at('22T18:31'));
    const state = one.state(evening);
    assert.deepInclude(state, { dimming: 40, powerState: 'low', commandId: 'command-1' });
    assert.isBelow(state.activePowerW, one.luminaire.ratedPowerW * 0.6);
    one.advance(at('22T23:30'));
    assert.equal(one.state(evening).dimming, 50);
  });

  for (const command of [null, {}, { id: 'x' }, { id: 'x', dimming: 140 }, { id: 'x', dimming: '40' }, 'on']) {
    it(`refuses ${JSON.stringify(command)}`, () => assert.isFalse(light().obey(command)));
  }
});
